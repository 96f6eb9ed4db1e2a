using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>
/// The files that an OME-XML document names, all in one directory: a name that would lead out of it, or below it, is as good as missing.
/// They are listed, and opened only where something must be known that the document does not say.
/// </summary>
internal sealed class OmeFiles
{
    private const int MostMissingNamed = 5;

    // One entry, its number, and the way to the next directory.
    private const int SmallestDirectory = 18;

    private readonly string _directory;
    private readonly SourceRoot _root;
    private readonly List<SourceFile> _files = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _namesByUuid = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _missing = new(StringComparer.Ordinal);
    private readonly Dictionary<int, TiffFile?> _tiffs = [];

    /// <param name="directory">Where the files are.</param>
    /// <param name="root">Where they may really lie.</param>
    public OmeFiles(string directory, SourceRoot root)
    {
        _directory = directory;
        _root = root;
    }

    /// <summary>The files that are there, by their numbers.</summary>
    public IReadOnlyList<SourceFile> Files => _files;

    /// <summary>A directory-less name that exists nowhere else: no path, no way up, no drive.</summary>
    public static bool IsPlainName(string? name) =>
        !string.IsNullOrWhiteSpace(name) && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    /// <summary>Adds the file that was opened.</summary>
    public void Add(SourceFile file, TiffFile tiff)
    {
        _numbers.Add(file.Name, _files.Count);
        _tiffs.Add(_files.Count, tiff);
        _files.Add(file);
    }

    /// <summary>Says which file a UUID stands for, whatever name is given with it.</summary>
    public void Know(string? uuid, string name)
    {
        if (uuid is not null) _namesByUuid.TryAdd(uuid, name);
    }

    /// <summary>Makes the file that was opened stand for a name that is missing.</summary>
    public void Adopt(OmeFileName renamed)
    {
        if (renamed.Name is { } name && _missing.Remove(name)) _numbers.Add(name, 0);
        Know(renamed.Uuid, _files[0].Name);
    }

    /// <summary>The number of a file that a document names, or null if it is not there.</summary>
    public int? Find(OmeFileName named)
    {
        string? name = named.Uuid is not null && _namesByUuid.TryGetValue(named.Uuid, out string? known) ? known : named.Name;
        if (name is not null && _numbers.TryGetValue(name, out int number)) return number;
        if (name is null || _missing.Contains(name)) return Missing(name ?? named.Uuid ?? "a file without a name");
        string path = Path.Combine(_directory, name);
        if (!IsPlainName(name) || !File.Exists(path)) return Missing(name);
        try
        {
            _files.Add(DirectoryListing.Single(path));
        }
        catch (SourceException)
        {
            return Missing(name);
        }

        _numbers.Add(name, _files.Count - 1);
        return _files.Count - 1;
    }

    /// <summary>The most pages that a file can have, without opening it.</summary>
    public long MostPages(int number)
    {
        if (_tiffs.TryGetValue(number, out TiffFile? tiff)) return tiff?.Count ?? 0;
        return Math.Min(TiffReader.MostDirectories, _files[number].Size / SmallestDirectory);
    }

    /// <summary>The pages of a file, or null if it cannot be read.</summary>
    public TiffFile? Open(int number)
    {
        if (_tiffs.TryGetValue(number, out TiffFile? known)) return known;
        SourceFile file = _files[number];
        string path = Path.Combine(_directory, file.Name);
        TiffFile? tiff = null;
        try
        {
            using SafeFileHandle handle = ReadHandle.Open(path, file.Size);
            _root.Check(handle, path);
            tiff = TiffFile.Read(handle, path, RandomAccess.GetLength(handle));
        }
        catch (Exception failure) when (failure is SourceException or IOException or UnauthorizedAccessException)
        {
            Missing(file.Name);
        }

        _tiffs.Add(number, tiff);
        return tiff;
    }

    /// <summary>What of the set is not there, in words, or null.</summary>
    public string? DescribeMissing()
    {
        if (_missing.Count == 0) return null;
        string names = string.Join(", ", _missing.Take(MostMissingNamed)) + (_missing.Count > MostMissingNamed ? ", …" : "");
        string files = _missing.Count == 1 ? "a file" : $"{_missing.Count} files";
        return $"the OME-XML names {files} that cannot be read in {_directory}: {names}";
    }

    private int? Missing(string name)
    {
        _missing.Add(name);
        return null;
    }
}

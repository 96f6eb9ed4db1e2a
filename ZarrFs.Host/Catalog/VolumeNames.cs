using System.Globalization;
using System.Text;
using ZarrFs.Core.Sources;

namespace ZarrFs.Host.Catalog;

/// <summary>What the volumes of one source path are called where the user does not say, or says one name for several.</summary>
internal static class VolumeNames
{
    // Of the 240 bytes that a name may have, what is left for an image's name and a number that tells it apart.
    private const int MostImageBytes = 100;
    private const int MostBaseBytes = 120;

    private static readonly string[] Suffixes = [".zarr", ".tiff", ".tif", ".companion.ome", ".ome"];

    /// <summary>
    /// One name for each image: <paramref name="given"/> or the source's own for a single one, <c>name-image</c> for several, where an
    /// image without a name, or with another's, is known by its number.
    /// </summary>
    /// <param name="given">The user's, not changed; null if there is none.</param>
    /// <param name="images">All images of a path, the main one first.</param>
    /// <param name="taken">Names of other volumes: scans lie in directories that are called <c>slices</c> again and again, and then the one above tells them apart.</param>
    public static IReadOnlyList<string> Of(string? given, IReadOnlyList<ISource> images, IReadOnlySet<string> taken)
    {
        IReadOnlyList<string> names = Of(given, images);
        if (given is not null || !names.Any(taken.Contains)) return names;
        return Of(Shorten(Fit($"{Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(images[0].Path)))}-{Stem(images[0].Path)}"), MostBaseBytes), images);
    }

    /// <summary>The same, where there are no others.</summary>
    public static IReadOnlyList<string> Of(string? given, IReadOnlyList<ISource> images)
    {
        if (images.Count == 1) return [given ?? Fit(images[0].Name ?? Stem(images[0].Path))];
        string name = given ?? Shorten(Fit(Stem(images[0].Path)), MostBaseBytes);
        HashSet<string> taken = new(StringComparer.Ordinal);
        List<string> names = [];
        for (int i = 0; i < images.Count; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            string own = images[i].Name is { } stated ? $"{name}-{Shorten(Fit(stated), MostImageBytes)}" : $"{name}-{number}";
            while (!taken.Add(own)) own = $"{own}-{number}";
            names.Add(own);
        }

        return names;
    }

    private static string Stem(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        foreach (string suffix in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) name = name[..^suffix.Length];
        }

        return name;
    }

    /// <summary>A name out of a file is made fit for a directory; one that the user gives is checked instead.</summary>
    private static string Fit(string name)
    {
        // Half a surrogate pair is no text and has no place in a path.
        name = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name));
        name = string.Concat(name.Select(c => c is '/' or '\\' || char.IsControl(c) ? '_' : c)).Trim();
        return name is "" or "." or ".." ? "volume" : name;
    }

    private static string Shorten(string name, int bytes)
    {
        while (Encoding.UTF8.GetByteCount(name) > bytes) name = name[..^(char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        return name.TrimEnd();
    }
}

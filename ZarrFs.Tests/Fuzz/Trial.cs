using System.Runtime.InteropServices;
using System.Text.Json;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Fuzz;

/// <summary>
/// Opens a file that may be anything and does what the program does with it: its volumes, their metadata, some voxels of each. It must end in
/// voxels or in an error that names the file, within bounds of time, memory and handles.
/// </summary>
internal sealed partial class Trial(string directory) : IDisposable
{
    /// <summary>Memory for decoded strips and tiles.</summary>
    public const long Budget = 64 << 20;

    /// <summary>Most that may be allocated beside it for a small file: some times its buffers and tables, whatever it claims.</summary>
    public const long MostAllocated = 64 << 20;

    /// <summary>
    /// Processor time after which a small file is a hang. It takes milliseconds; the rest is for time that a host takes from a virtual machine,
    /// which may count as the thread's. Whoever believes a number of a file, or never ends, takes longer still.
    /// </summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(20);

    private const int LongestMessage = 2000;
    private const int MostVolumes = 16;
    private const int MostPlanes = 12;
    private const int LongestSide = 2048;
    private const int MostVoxels = 1 << 18;

    private readonly BufferPool _pool = new(Budget);

    /// <summary>Number of trials that gave voxels.</summary>
    public int Read { get; private set; }

    /// <summary>Number of trials that ended in an error.</summary>
    public int Refused { get; private set; }

    /// <summary>What the last one was refused with.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>Writes a file, tries it, and takes it away again.</summary>
    /// <returns>What is wrong with ZarrFs; null if nothing is.</returns>
    public string? Run(byte[] content)
    {
        string path = Path.Combine(directory, "trial.tif");
        File.WriteAllBytes(path, content);
        string? wrong = Run(path);
        if (wrong is null) File.Delete(path);
        return wrong;
    }

    /// <summary>Tries a file.</summary>
    /// <returns>What is wrong with ZarrFs; null if nothing is.</returns>
    public string? Run(string path)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan before = ThreadTime();
        string? wrong = null;
        List<ISource> sources = [];
        Refusal = "";
        try
        {
            // Both ways of reading bad pages and colours, told by the file's length: the same for the same file.
            long kind = new FileInfo(path).Length;
            SourceOptions options = new()
            {
                Pool = _pool,
                BadSlices = kind % 2 == 0 ? BadSlicePolicy.Fail : BadSlicePolicy.Fill,
                Photometric = kind % 3 == 0 ? Photometric.Ignore : Photometric.Apply,
            };
            sources.AddRange(SourceOpener.OpenAll(path, options));
            foreach (ISource source in sources.Take(MostVolumes)) wrong ??= Show(source) ?? ReadSome(source);
            Read++;
        }
        catch (SourceException error)
        {
            Refused++;
            Refusal = error.Message;
            wrong = Unclear(error, path);
        }
        catch (Exception error)
        {
            wrong = error.ToString();
        }

        TimeSpan time = ThreadTime() - before;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (_pool.Committed > Budget) wrong ??= $"{_pool.Committed} bytes of a budget of {Budget} were taken";
        foreach (ISource source in sources) source.Dispose();
        if (time > MostTime) wrong ??= $"it took {time.TotalSeconds:0.0} s of processor time";
        if (allocated > MostAllocated + 16 * new FileInfo(path).Length) wrong ??= $"{allocated} bytes were allocated";
        if (_pool.BuffersInUse != 0) wrong ??= $"{_pool.BuffersInUse} buffers were not given back";
        return wrong;
    }

    /// <summary>Handles of files in the directory that this process holds: none after a trial.</summary>
    public int OpenHandles() => OpenFiles.Below(directory);

    public void Dispose() => _pool.Dispose();

    /// <summary>Makes the documents that both roots show.</summary>
    private static string? Show(ISource source)
    {
        VolumeShape shape = source.Shape;
        if (shape.T < 1 || shape.C < 1 || shape.Z < 1 || shape.Y < 1 || shape.X < 1) return $"a volume of {shape}";
        if (source.VoxelSize is { } size && !(IsLength(size.Z) && IsLength(size.Y) && IsLength(size.X))) return $"a voxel size of {size}";
        if (source.Channels.Count != 0 && source.Channels.Count != shape.C) return $"{source.Channels.Count} channels are named, there are {shape.C}";
        Volume volume = new(source, VolumeRanges.All, null, null);
        Multiscale multiscale = new("fuzz", volume, new ChunkShape(32, 32, 32), null, DownsampleMethod.Mean);
        VirtualTree tree = new([(multiscale, OmeroChannel.Of(multiscale))]);
        foreach (string document in (string[])["fuzz.zarr/.zattrs", "fuzz.zarr/0/.zarray", "fuzz.ome.zarr/zarr.json"])
        {
            if (!tree.TryResolve(document, out Node node)) return $"there is no {document}";
            using JsonDocument json = JsonDocument.Parse(tree.Document(node.Id));
        }

        return null;
    }

    private static bool IsLength(double value) => double.IsFinite(value) && value > 0;

    /// <summary>Corners of the first and last planes of each channel and time, as far as they are few.</summary>
    private static string? ReadSome(ISource source)
    {
        VolumeShape shape = source.Shape;
        int height = (int)Math.Min(shape.Y, LongestSide);
        int width = (int)Math.Min(shape.X, LongestSide);
        height = Math.Max(1, Math.Min(height, MostVoxels / width));
        byte[] voxels = new byte[height * width * source.DataType.Size()];
        long planes = (long)Int128.Min((Int128)shape.T * shape.C * shape.Z, MostPlanes);
        for (long i = 0; i < planes; i++)
        {
            (long t, long c, long z) = (Place(shape.T, i / 4), Place(shape.C, i / 2), Place(shape.Z, i));
            bool last = i % 2 == 1;
            Region region = new(t, c, z, last ? shape.Y - height : 0, last ? shape.X - width : 0, 1, height, width);
            try
            {
                source.Read(region, voxels);
            }
            catch (SourceException error)
            {
                return Unclear(error, source.Path);
            }
        }

        return source.Problems.Select(problem => Unclear(problem.Message)).FirstOrDefault(unclear => unclear is not null);

        static long Place(long count, long i) => i % 2 == 0 ? Math.Min(count - 1, i / 2) : Math.Max(0, count - 1 - i / 2);
    }

    /// <summary>Errors name the file, or one beside it, in words that a terminal can be given.</summary>
    private static string? Unclear(SourceException error, string path) =>
        Path.GetDirectoryName(error.Path) != Path.GetDirectoryName(path) && error.Path != Path.GetDirectoryName(path) ? $"names another file: {error}"
        : error is not (TiffFormatException or UnsupportedException) && error.GetType() != typeof(SourceException) ? $"of another kind: {error}"
        : Unclear(error.Message);

    private static string? Unclear(string message) =>
        message.Length > LongestMessage ? $"a message of {message.Length} characters: {message[..200]}"
        : message.Any(char.IsControl) ? $"a message with control characters: {message}"
        : null;

    private static TimeSpan ThreadTime()
    {
        const int ClockThreadCpuTime = 3;
        Span<long> time = stackalloc long[2];
        if (ClockGetTime(ClockThreadCpuTime, ref MemoryMarshal.GetReference(time)) != 0) throw new PlatformNotSupportedException("no clock of a thread's time");
        return TimeSpan.FromSeconds(time[0]) + TimeSpan.FromTicks(time[1] / 100);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, ref long time);
}

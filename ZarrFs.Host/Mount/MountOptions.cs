namespace ZarrFs.Host.Mount;

/// <summary>Where and how to mount.</summary>
public sealed record MountOptions
{
    /// <summary>An empty directory.</summary>
    public required string MountPoint { get; init; }

    /// <summary>What is mounted, in words for people: written into the lock file, so that another start can say whose the mount is.</summary>
    public string Source { get; init; } = "";

    /// <summary>The name in the first column of <c>df</c> and <c>/proc/mounts</c>.</summary>
    public string FsName { get; init; } = "zarrfs";

    /// <summary>Whether users other than the one who mounts may read.</summary>
    public bool AllowOther { get; init; }

    /// <summary>
    /// Bypasses the kernel's page cache: more than twice as fast where each file is read once (7.5 against 3.1 GB/s), slower where it is
    /// read again, and a waiting reader cannot be killed before its request is cancelled.
    /// </summary>
    public bool DirectIo { get; init; }

    /// <summary>
    /// Whether the kernel is to read chunks that are in the disk cache by itself, at the speed of the files: where there is such a cache. Takes root
    /// and Linux 6.9. It costs a question for each file that is opened, which the kernel otherwise opens without asking.
    /// </summary>
    public bool Passthrough { get; init; }

    /// <summary>How far the kernel reads ahead. Only root can raise it above the kernel's 128.</summary>
    public int ReadAheadKiB { get; init; } = 1024;

    /// <summary>Threads that take the kernel's requests; more than two gain nothing, since they never wait for a chunk.</summary>
    public int ReaderThreads { get; init; } = 2;
}

namespace ZarrFs.Host.Configuration;

/// <summary>
/// Everything that can be configured, as text: what a file, the environment and the command line have in common. <see cref="Settings"/>
/// is the checked form. Property names are the keys of <c>config/zarrfs.json</c>.
/// </summary>
internal sealed class ZarrFsOptions
{
    /// <summary>The volumes to show.</summary>
    public List<VolumeOptions> Volumes { get; set; } = [];

    /// <summary>The mount; none without a path.</summary>
    public MountFaceOptions Mount { get; set; } = new();

    /// <summary>The HTTP service; none without an address.</summary>
    public HttpFaceOptions Http { get; set; } = new();

    /// <summary>The disk cache; none without a path.</summary>
    public CacheOptions Cache { get; set; } = new();

    /// <summary>When coarse levels are shown as previews: <c>auto</c>, <c>off</c> or <c>only</c>.</summary>
    public string Preview { get; set; } = "auto";

    /// <summary>Most bytes of the source for an exact chunk while somebody waits: <c>500MB</c> or <c>auto</c>.</summary>
    public string ExactBudget { get; set; } = "auto";

    /// <summary>What is built in the disk cache in the background: <c>auto</c>, <c>off</c> or <c>levels>=N</c>.</summary>
    public string BuildPyramid { get; set; } = "auto";

    /// <summary>Budget for all buffers: <c>512MB</c>, <c>4GB</c> or <c>auto</c>.</summary>
    public string Memory { get; set; } = "auto";

    /// <summary>Where chunks of compressed files go that do not fit in memory: a directory or <c>auto</c>.</summary>
    public string Scratch { get; set; } = "auto";

    /// <summary>Most bytes there: <c>50GB</c>, <c>0</c> for none, or <c>auto</c>.</summary>
    public string ScratchSize { get; set; } = "auto";

    /// <summary>Threads that make chunks: a number or <c>auto</c>.</summary>
    public string Threads { get; set; } = "auto";

    /// <summary>Least severe log line shown: <c>debug</c>, <c>information</c>, <c>warning</c>, <c>error</c>.</summary>
    public string LogLevel { get; set; } = "information";

    /// <summary>How log lines are written: <c>plain</c> or <c>json</c>.</summary>
    public string LogFormat { get; set; } = "plain";
}

/// <summary>One volume and the view on it.</summary>
internal sealed class VolumeOptions
{
    /// <summary>Directory of slices or cells, a multi-page file, or a Zarr array or OME-Zarr group.</summary>
    public string Source { get; set; } = "";

    /// <summary>Name of the directories shown; empty for the source's own.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>x0:x1,y0:y1,z0:z1</c>; empty for everything.</summary>
    public string Ranges { get; set; } = "";

    /// <summary><c>x,y,z</c>: where the source's first voxel comes to stand, before ranges cut; empty for the beginning.</summary>
    public string Shift { get; set; } = "";

    /// <summary><c>uint8</c> from uint16; empty for the source's own.</summary>
    public string Type { get; set; } = "";

    /// <summary>One number or three (z,y,x).</summary>
    public string ChunkSize { get; set; } = "128";

    /// <summary><c>auto</c> or a number.</summary>
    public string Levels { get; set; } = "auto";

    /// <summary><c>mean</c>, <c>nearest</c>, <c>gaussian</c>, <c>max</c>, <c>min</c> or <c>mode</c>.</summary>
    public string Downsample { get; set; } = "mean";

    /// <summary>One number or three (z,y,x), in µm or with a unit; empty for the source's own.</summary>
    public string VoxelSize { get; set; } = "";

    /// <summary><c>fill</c> or <c>fail</c>.</summary>
    public string OnBadSlice { get; set; } = "fill";

    /// <summary>Which channel the Zarr v2 root shows: its number from 0, or its name; empty for the first.</summary>
    public string Channel { get; set; } = "";

    /// <summary>Which time point the Zarr v2 root shows: its number from 0; empty for the first.</summary>
    public string Time { get; set; } = "";

    /// <summary>A regular expression with the named groups z, c, t for the names of slices; empty for the usual conventions.</summary>
    public string Pattern { get; set; } = "";

    /// <summary>Which of several images of a file: its number from 0; empty for all of them.</summary>
    public string Series { get; set; } = "";

    /// <summary><c>apply</c> or <c>ignore</c>.</summary>
    public string Photometric { get; set; } = "apply";

    /// <summary>Whether symbolic links may lead out of the source's directory.</summary>
    public bool FollowSymlinks { get; set; }
}

/// <summary>The mount.</summary>
internal sealed class MountFaceOptions
{
    /// <summary>An empty directory; empty for no mount.</summary>
    public string Path { get; set; } = "";

    /// <summary>Whether other users may read.</summary>
    public bool AllowOther { get; set; }
}

/// <summary>The HTTP service.</summary>
internal sealed class HttpFaceOptions
{
    /// <summary>Address and port, <c>127.0.0.1:9000</c>; empty for no service.</summary>
    public string Listen { get; set; } = "";

    /// <summary>File with the server's certificate, and those that vouch for it, in PEM; empty for no TLS.</summary>
    public string TlsCertificate { get; set; } = "";

    /// <summary>File with its private key, in PEM.</summary>
    public string TlsKey { get; set; } = "";

    /// <summary>Whether a certificate is made for this run if none is given.</summary>
    public bool TlsSelfSigned { get; set; }

    /// <summary>Whether other machines may be answered without TLS.</summary>
    public bool Insecure { get; set; }

    /// <summary>Whether everybody may read everything.</summary>
    public bool Public { get; set; }

    /// <summary>File with users and hashes of their passwords; empty for none.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>File with tokens; empty for none.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>Most connections at once: a number or <c>auto</c>.</summary>
    public string MaxConnections { get; set; } = "auto";

    /// <summary>Most requests a second of one client: a number or <c>auto</c>.</summary>
    public string MaxRate { get; set; } = "auto";
}

/// <summary>The disk cache.</summary>
internal sealed class CacheOptions
{
    /// <summary>Its directory; empty for none.</summary>
    public string Path { get; set; } = "";

    /// <summary>Most bytes there: <c>200GB</c> or <c>auto</c>.</summary>
    public string Size { get; set; } = "auto";

    /// <summary>When level 0 is kept there: <c>auto</c>, <c>always</c> or <c>never</c>.</summary>
    public string Level0 { get; set; } = "auto";
}

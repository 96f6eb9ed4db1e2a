using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Sources;

/// <summary>How a source is opened.</summary>
public sealed record SourceOptions
{
    /// <summary>What reading a bad slice does.</summary>
    public BadSlicePolicy BadSlices { get; init; } = BadSlicePolicy.Fill;

    /// <summary>Most files held open at once.</summary>
    public int OpenFiles { get; init; } = 512;

    /// <summary>Whether palettes and min-is-white are carried out.</summary>
    public Photometric Photometric { get; init; } = Photometric.Apply;

    /// <summary>
    /// A regular expression with the named groups z, c and t (any of them) for the names of slices, relative to the directory with
    /// <c>/</c> between folders; null for the conventions that are recognised by themselves.
    /// </summary>
    public string? Pattern { get; init; }

    /// <summary>Which of several images of a file to show, from 0; null for all of them.</summary>
    public int? Series { get; init; }

    /// <summary>
    /// True for a source that is shown for as long as it is open: a file that has changed is a <see cref="Failures.SourceChangedException"/>
    /// under either policy, until the change is taken in (<see cref="ISource.TakeIn"/>). False where all voxels must be of one state: such a
    /// file is bad for good.
    /// </summary>
    public bool FollowsChanges { get; init; }

    /// <summary>Whether a file of the source may lie outside of its directory, behind a symbolic link; such a file is bad otherwise.</summary>
    public bool FollowSymlinks { get; init; }

    /// <summary>Where the files may lie: what the user has named, of which a part may be opened; null for what is opened.</summary>
    internal SourceRoot? Root { get; init; }

    /// <summary>Where the files of what is opened may lie.</summary>
    internal SourceRoot RootOf(string path) => Root ?? SourceRoot.Of(path, FollowSymlinks);

    /// <summary>Where the memory for decoded strips and tiles comes from; null for a small budget of the source's own.</summary>
    public BufferPool? Pool { get; init; }

    /// <summary>Where bad slices are told, once each.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

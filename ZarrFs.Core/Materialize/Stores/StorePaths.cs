using System.Security.Cryptography;
using System.Text;
using ZarrFs.Core.Materialize.Journaling;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Where in and beside a store is what is not part of it.</summary>
/// <param name="Store">The store's directory, absolute, without a slash at its end.</param>
internal sealed record StorePaths(string Store)
{
    /// <summary>Name of the directory that exists in a store for as long as it is unfinished.</summary>
    public const string Name = ".zarrfs";

    public string Inside { get; } = Path.Combine(Store, Name);

    public string Journal => Path.Combine(Inside, "journal");

    public string Lock => Path.Combine(Inside, "lock");

    /// <summary>Files that are being written.</summary>
    public string Temporary => Path.Combine(Inside, "tmp");

    /// <summary>New levels of a store that is extended.</summary>
    public string Levels => Path.Combine(Inside, "levels");

    /// <summary>Levels that new ones have replaced.</summary>
    public string Replaced => Path.Combine(Inside, "replaced");

    /// <summary>The directory that the store is in.</summary>
    public string Parent => Path.GetDirectoryName(Store) ?? Store;

    /// <summary>
    /// What the names of deleted stores begin with that were here and are not quite gone. A hash, since the store's own name may be as long
    /// as names can be.
    /// </summary>
    public string DeletingPrefix => $".zarrfs-deleting-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(Store))).AsSpan(0, 4))}-";
}

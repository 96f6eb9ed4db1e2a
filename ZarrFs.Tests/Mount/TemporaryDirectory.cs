namespace ZarrFs.Tests.Mount;

internal static class TemporaryDirectory
{
    /// <summary>A new empty directory, its path as the kernel writes it.</summary>
    public static string Create()
    {
        string path = Directory.CreateTempSubdirectory("zarrfs mount ").FullName;
        return Host.Mount.MountPointCheck.Resolve(path);
    }
}

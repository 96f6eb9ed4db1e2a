using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Host.Mount;

/// <summary>Mounts through <c>fusermount3</c>, the set-uid program of the fuse3 package, which hands the open device back over a socket.</summary>
internal sealed class FusermountMounter : IMounter
{
    private const string Program = "fusermount3";
    private const string Configuration = "/etc/fuse.conf";

    /// <inheritdoc/>
    public SafeFileHandle Mount(string path, MountOptions options)
    {
        if (options.AllowOther && !Environment.IsPrivilegedProcess && !UsersMayAllowOthers())
        {
            throw new MountException(
                path, $"to let other users read, {Configuration} must have a line `user_allow_other`; add it, mount as root, or do without");
        }

        string mountOptions = $"ro,nosuid,nodev,default_permissions,subtype=zarrfs,fsname={Escape(options.FsName)}";
        if (options.AllowOther) mountOptions += ",allow_other";

        using var sockets = DescriptorSocket.Create();
        ProcessStartInfo start = StartInfo("-o", mountOptions, "--", path);
        start.Environment["_FUSE_COMMFD"] = sockets.Theirs.ToString();
        using Process process = Start(start, path);
        sockets.CloseTheirs();
        int descriptor = sockets.Receive();
        string problem = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        throw new MountException(path, problem.Length > 0 ? problem : $"{Program} ended with exit code {process.ExitCode} and did not mount");
    }

    /// <inheritdoc/>
    public bool TryUnmount(string path, bool lazy, out string problem)
    {
        using Process process = Start(lazy ? StartInfo("-u", "-z", "--", path) : StartInfo("-u", "--", path), path);
        problem = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static ProcessStartInfo StartInfo(params string[] arguments) =>
        new(Program, arguments) { UseShellExecute = false, RedirectStandardError = true, WorkingDirectory = "/" };

    private static Process Start(ProcessStartInfo start, string path)
    {
        try
        {
            return Process.Start(start) ?? throw new MountException(path, $"{Program} could not be started");
        }
        catch (Win32Exception failure)
        {
            throw new MountException(
                path, $"mounting without root takes {Program}, which is not there; install it with `apt-get install fuse3`", failure);
        }
    }

    private static bool UsersMayAllowOthers()
    {
        try
        {
            return File.ReadLines(Configuration).Any(line => line.Trim() == "user_allow_other");
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace(",", "\\,");
}

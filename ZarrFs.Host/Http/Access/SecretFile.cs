using System.Text;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Access;

/// <summary>Files that only their owner is to read, changed as a whole or not at all.</summary>
internal static class SecretFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    // Each who changes it waits for the disk, which may take seconds for one of them.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads a file; one that is not there is empty.</summary>
    /// <exception cref="OptionException">It cannot be read, is not text, or is so large that it must be another file.</exception>
    public static string ReadText(string option, string path, int mostBytes)
    {
        try
        {
            if (!File.Exists(path)) return "";
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > mostBytes) throw new OptionException(option, $"{path} has {file.Length} bytes; expected {mostBytes} at most, so it must be another file");
            byte[] bytes = new byte[file.Length];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Strict.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            throw new OptionException(option, $"{path} is not text in UTF-8");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OptionException(option, $"{path} cannot be read: {failure.Message}");
        }
    }

    /// <summary>Whether other users than its owner and his group may read it, or may change it.</summary>
    public static bool IsOpen(string path) => !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    /// <summary>Changes a file while nobody else does: it is read, and what <paramref name="change"/> makes of it takes its place at once.</summary>
    /// <param name="option">For errors.</param>
    /// <param name="path">The file; made, with its directory, if it is not there.</param>
    /// <param name="mostBytes">More of them must be another file.</param>
    /// <param name="change">From the old text to the new.</param>
    /// <exception cref="OptionException">It cannot be read or written, or another process keeps changing it.</exception>
    public static void Change(string option, string path, int mostBytes, Func<string, string> change)
    {
        try
        {
            // What a link leads to is changed, not the link.
            if (File.Exists(path)) path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            string directory = Path.GetDirectoryName(path)!;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
            else if (!Directory.Exists(directory)) Directory.CreateDirectory(directory, Owner | UnixFileMode.UserExecute);
            using FileStream held = Lock(option, path + ".lock");
            string text = change(ReadText(option, path, mostBytes));
            Replace(path, Strict.GetBytes(text));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OptionException(option, $"{path} cannot be written: {failure.Message}");
        }
    }

    private static void Replace(string path, byte[] bytes)
    {
        string unfinished = $"{path}.{Environment.ProcessId}.new";
        try
        {
            using (FileStream file = Create(unfinished))
            {
                file.Write(bytes);
                if (File.Exists(path)) FileOwner.Copy(path, file.SafeFileHandle);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static FileStream Lock(string option, string path)
    {
        long begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return Create(path, FileMode.OpenOrCreate);
            }
            catch (IOException failure) when (IsHeld(failure))
            {
                if (TimeProvider.System.GetElapsedTime(begin) >= Patience)
                    throw new OptionException(option, $"another process has been changing it for {Patience.TotalSeconds:0} s: {failure.Message}");
                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows: any other failure lasts, and is told at once.</summary>
    private static bool IsHeld(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static FileStream Create(string path, FileMode mode = FileMode.Create)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        return new FileStream(path, options);
    }
}

using System.Buffers;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>Files of the cache: opened and compared, written under another name, put in a place where nothing is.</summary>
internal static class CacheFiles
{
    private const int Block = 1 << 18;

    /// <summary>Opens a file to read it; null if there is none.</summary>
    /// <exception cref="IOException">There is one, and it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            // Somebody may have put a pipe there, on which opening would wait.
            return OperatingSystem.IsLinux()
                ? Libc.Open(path, Libc.ReadOnly | Libc.NonBlocking)
                : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException failure)
            when (failure is FileNotFoundException or DirectoryNotFoundException || failure.HResult is Libc.NoEntry or Libc.NotDirectory)
        {
            return null;
        }
    }

    /// <summary>Reads the first bytes of a file; false if there are not so many, or they cannot be read.</summary>
    public static bool TryFill(SafeFileHandle file, Span<byte> bytes)
    {
        try
        {
            int filled = 0;
            while (filled < bytes.Length)
            {
                int read = RandomAccess.Read(file, bytes[filled..], filled);
                if (read == 0) return false;
                filled += read;
            }

            return true;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure) || failure is NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>True if a file can be read whole and has the checksum.</summary>
    public static bool HasChecksum(SafeFileHandle file, ulong checksum)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            var sum = new Checksum.Sum();
            long at = 0, length = RandomAccess.GetLength(file);
            for (; length - at > Block; at += Block)
            {
                if (RandomAccess.Read(file, block.AsSpan(0, Block), at) != Block) return false;
                sum.Add(block.AsSpan(0, Block));
            }

            Span<byte> last = block.AsSpan(0, (int)(length - at));
            return RandomAccess.Read(file, last, at) == last.Length && sum.End(last) == checksum;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure) || failure is NotSupportedException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>True if a file can be read whole and has just these bytes.</summary>
    public static bool HasBytes(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return RandomAccess.GetLength(file) == bytes.Length && HasChecksum(file, Checksum.Of(bytes));
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure) || failure is NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Writes a new file, and leaves it open.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static SafeFileHandle Write(string path, ReadOnlySpan<byte> bytes)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        try
        {
            ReadOnlySpan<byte> start = bytes[..Zeros.UsedBytes(bytes)];
            RandomAccess.Write(file, start, 0);
            if (start.Length < bytes.Length) RandomAccess.SetLength(file, bytes.Length);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Gives a file another name; false if something has that already, which stays.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static bool TryRename(string from, string to)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return Libc.TryRename(from, to);
        }
        catch (IOException failure) when (failure.HResult is Libc.Invalid or Libc.NoSuchCall)
        {
            // A file system that cannot do that in one call.
        }

        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }

    /// <summary>Deletes a file; false if that cannot be done.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            return false;
        }
    }

    /// <summary>Deletes a directory; false if there is something in it, or it is none, or a link to one.</summary>
    public static bool TryDeleteEmpty(string path)
    {
        if (OperatingSystem.IsLinux()) return Libc.rmdir(path) == 0;
        try
        {
            Directory.Delete(path);
            return true;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            return false;
        }
    }
}

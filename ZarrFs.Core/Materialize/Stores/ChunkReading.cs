using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Reads chunk files of a store back.</summary>
internal static class ChunkReading
{
    /// <summary>Reads and decodes a chunk; false if there is no file for it.</summary>
    /// <param name="place">How chunks of its level are written.</param>
    /// <param name="path">Its file.</param>
    /// <param name="buffers">For encoded bytes; needed if there is a codec.</param>
    /// <param name="raw">Takes its voxels.</param>
    /// <exception cref="StoreException">The file cannot be read, or is no such chunk.</exception>
    public static bool TryRead(LevelPlace place, string path, ByteBuffers? buffers, Span<byte> raw)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(file);
            if (!place.CanHaveLength(length)) throw StoreFailures.Damaged(path, $"has {length} bytes, expected {Expected(place)}");
            if (place.Codec is null) Fill(file, path, raw);
            else Decode(place, file, path, (int)length, buffers!, raw);
            return true;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            throw new StoreException(path, $"cannot be read ({StoreFailures.Reason(failure)})", failure);
        }
    }

    private static void Decode(LevelPlace place, SafeFileHandle file, string path, int length, ByteBuffers buffers, Span<byte> raw)
    {
        byte[] buffer = buffers.Rent();
        try
        {
            Fill(file, path, buffer.AsSpan(0, length));
            place.Codec!.Decode(buffer.AsSpan(0, length), raw);
        }
        catch (CodecException failure)
        {
            throw StoreFailures.Damaged(path, $"cannot be decoded ({failure.Message})", failure);
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    private static void Fill(SafeFileHandle file, string path, Span<byte> bytes)
    {
        int filled = 0;
        while (filled < bytes.Length)
        {
            int read = RandomAccess.Read(file, bytes[filled..], filled);
            if (read == 0) throw StoreFailures.Damaged(path, $"ends after {filled} of {bytes.Length} bytes");
            filled += read;
        }
    }

    private static string Expected(LevelPlace place) =>
        place.Codec is null ? $"{place.ChunkBytes}" : $"between 1 and {place.MostFileBytes}";
}

using System.Runtime.InteropServices;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Native;

namespace ZarrFs.Core.Codecs;

/// <summary>The few calls of the system's libzstd (1.0 or newer) that encoding and decoding whole buffers takes.</summary>
internal static unsafe partial class LibZstd
{
    private const string Library = "zstd";

    private static readonly bool IsLoaded = SystemLibrary.TryLoad(
        Library, "ZSTD_compressCCtx",
        linux: ["libzstd.so.1", "libzstd.so"],
        mac: ["libzstd.1.dylib", "libzstd.dylib", "/opt/homebrew/lib/libzstd.dylib", "/usr/local/lib/libzstd.dylib"],
        windows: ["libzstd.dll", "zstd.dll"]);

    /// <exception cref="CodecException">It is not installed.</exception>
    public static void Check()
    {
        if (IsLoaded) return;
        throw new CodecException(
            ZstdCodec.Id, "takes the library zstd, which is not installed (Debian and Ubuntu: apt-get install libzstd1; macOS: brew install zstd)");
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompression(nint context);

    /// <returns>Bytes written, or what <see cref="Error"/> knows.</returns>
    [LibraryImport(Library, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint Compress(nint context, byte* encoded, nuint encodedBytes, byte* raw, nuint rawBytes, int level);

    /// <returns>Bytes written, or what <see cref="Error"/> knows.</returns>
    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(nint context, byte* raw, nuint rawBytes, byte* encoded, nuint encodedBytes);

    /// <summary>What a result that is no length means; null for a length.</summary>
    public static string? Error(nuint result) =>
        IsError(result) == 0 ? null : Marshal.PtrToStringUTF8((nint)GetErrorName(result)) ?? "unknown error";

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial byte* GetErrorName(nuint result);
}

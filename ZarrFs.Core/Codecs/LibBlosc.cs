using System.Runtime.InteropServices;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Native;

namespace ZarrFs.Core.Codecs;

/// <summary>
/// The few calls of the system's c-blosc (1.16 or newer; not blosc2) that have no state in common: any number of threads may be in them,
/// and one call's work is one thread's.
/// </summary>
internal static unsafe partial class LibBlosc
{
    /// <summary>What stands before the data at most, and all that is added to data that cannot be compressed.</summary>
    public const int MostOverhead = 16;

    private const string Library = "blosc";

    private static readonly bool IsLoaded = SystemLibrary.TryLoad(
        Library, "blosc_cbuffer_validate",
        linux: ["libblosc.so.1", "libblosc.so"],
        mac: ["libblosc.1.dylib", "libblosc.dylib", "/opt/homebrew/lib/libblosc.dylib", "/usr/local/lib/libblosc.dylib"],
        windows: ["libblosc.dll", "blosc.dll"]);

    /// <exception cref="CodecException">It is not installed.</exception>
    public static void Check()
    {
        if (IsLoaded) return;
        throw new CodecException(
            BloscCodec.Id,
            "takes the library c-blosc 1.16 or newer, which is not installed (Debian and Ubuntu: apt-get install libblosc1; macOS: brew install c-blosc)");
    }

    /// <returns>The compressor's number; -1 if the library was built without it.</returns>
    [LibraryImport(Library, EntryPoint = "blosc_compname_to_compcode", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CompressorNumber(string name);

    /// <returns>Bytes written; 0 if they do not fit, negative for failure.</returns>
    [LibraryImport(Library, EntryPoint = "blosc_compress_ctx", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Compress(
        int level, int shuffle, nuint typeSize, nuint rawBytes, byte* raw, byte* encoded, nuint encodedBytes, string compressor, nuint blockSize, int threads);

    /// <returns>Bytes written; negative for failure: -5 is a compressor that the library was built without.</returns>
    [LibraryImport(Library, EntryPoint = "blosc_decompress_ctx")]
    public static partial int Decompress(byte* encoded, byte* raw, nuint rawBytes, int threads);

    /// <summary>Decompressing trusts the header's lengths, so this comes first.</summary>
    /// <returns>0 if the header says as many encoded bytes as there are.</returns>
    [LibraryImport(Library, EntryPoint = "blosc_cbuffer_validate")]
    public static partial int Validate(byte* encoded, nuint encodedBytes, out nuint rawBytes);
}

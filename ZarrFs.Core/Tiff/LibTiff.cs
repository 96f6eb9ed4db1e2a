using System.Runtime.InteropServices;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Native;

namespace ZarrFs.Core.Tiff;

/// <summary>The few calls of the system's libtiff (4.1 or newer) that decoding a strip takes. Loaded when a compressed page is first met.</summary>
internal static unsafe partial class LibTiff
{
    private const string Library = "libtiff";
    private const int JpegColorMode = 65538;
    private const int JpegColorModeRgb = 1;

    // 6 is 4.5 and later, 5 is 4.0 to 4.4.
    private static readonly bool IsLoaded = SystemLibrary.TryLoad(
        Library, "TIFFReadFromUserBuffer",
        linux: ["libtiff.so.6", "libtiff.so.5", "libtiff.so"],
        mac: ["libtiff.6.dylib", "libtiff.dylib", "/opt/homebrew/lib/libtiff.dylib", "/usr/local/lib/libtiff.dylib", "libtiff.5.dylib"],
        windows: ["libtiff-6.dll", "tiff.dll", "libtiff.dll", "libtiff-5.dll"]);

    static LibTiff()
    {
        if (IsLoaded) LibTiffMessages.Listen();
    }

    /// <summary>Says by name what cannot be decoded here.</summary>
    /// <exception cref="UnsupportedException">No such compression, or libtiff is missing, too old or built without it.</exception>
    public static void CheckCodec(TiffDirectory directory, long compression)
    {
        if (compression == TiffCompression.None) return;
        string named = $"{compression} ({TiffCompression.Name(compression)})";
        // Its tables lie anywhere in the file, and libtiff is never given the file.
        if (compression == TiffCompression.OldJpeg)
            throw directory.Unsupported(TiffTag.Compression, $"{named} is not supported; 7 (JPEG) is, and tiffcp -c jpeg makes one of the other");
        if (TiffCompression.Name(compression) == "unknown")
            throw directory.Unsupported(TiffTag.Compression, $"{named} is not supported; none, LZW, Deflate, Zstandard, JPEG and the others of libtiff are");
        if (!IsLoaded)
        {
            throw directory.Unsupported(
                TiffTag.Compression,
                $"{named} is decoded by libtiff 4.1 or newer, which is not installed (Debian and Ubuntu: apt-get install libtiff6; macOS: brew install libtiff)");
        }

        if (compression > ushort.MaxValue || IsCodecConfigured((ushort)compression) == 0)
            throw directory.Unsupported(TiffTag.Compression, $"{named} is not supported by the libtiff installed here ({Version()})");
    }

    /// <summary>Opens what the callbacks read as a TIFF.</summary>
    [LibraryImport(Library, EntryPoint = "TIFFClientOpen", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ClientOpen(
        string name, string mode, nint client,
        delegate* unmanaged<nint, byte*, nint, nint> read, delegate* unmanaged<nint, byte*, nint, nint> write,
        delegate* unmanaged<nint, ulong, int, ulong> seek, delegate* unmanaged<nint, int> close, delegate* unmanaged<nint, ulong> size, nint map, nint unmap);

    [LibraryImport(Library, EntryPoint = "TIFFClose")]
    public static partial void Close(nint tiff);

    /// <summary>Decodes a strip or tile; undoes predictor, byte order and fill order; <paramref name="input"/> is changed underway and put back.</summary>
    /// <returns>0 for failure.</returns>
    [LibraryImport(Library, EntryPoint = "TIFFReadFromUserBuffer")]
    public static partial int ReadFromUserBuffer(nint tiff, uint segment, byte* input, nint inputBytes, byte* output, nint outputBytes);

    /// <summary>Makes a YCbCr JPEG come out as red, green and blue at full resolution.</summary>
    public static bool ConvertJpegToRgb(nint tiff)
    {
        // A C function of variable arguments: like any other in the common conventions, but on Apple's ARM they all go on the stack,
        // which begins after eight registers.
        bool onStack = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        return (onStack
            ? SetFieldOnStack(tiff, JpegColorMode, 0, 0, 0, 0, 0, 0, JpegColorModeRgb)
            : SetField(tiff, JpegColorMode, JpegColorModeRgb)) != 0;
    }

    [LibraryImport(Library, EntryPoint = "TIFFSetErrorHandler")]
    public static partial nint SetErrorHandler(nint handler);

    [LibraryImport(Library, EntryPoint = "TIFFSetWarningHandler")]
    public static partial nint SetWarningHandler(nint handler);

    [LibraryImport(Library, EntryPoint = "TIFFSetErrorHandlerExt")]
    public static partial nint SetErrorHandlerExt(delegate* unmanaged<nint, byte*, byte*, nint, void> handler);

    [LibraryImport(Library, EntryPoint = "TIFFSetWarningHandlerExt")]
    public static partial nint SetWarningHandlerExt(delegate* unmanaged<nint, byte*, byte*, nint, void> handler);

    [LibraryImport(Library, EntryPoint = "TIFFSetField")]
    private static partial int SetField(nint tiff, uint tag, nint value);

    [LibraryImport(Library, EntryPoint = "TIFFSetField")]
    private static partial int SetFieldOnStack(nint tiff, uint tag, nint x2, nint x3, nint x4, nint x5, nint x6, nint x7, nint value);

    [LibraryImport(Library, EntryPoint = "TIFFIsCODECConfigured")]
    private static partial int IsCodecConfigured(ushort scheme);

    [LibraryImport(Library, EntryPoint = "TIFFGetVersion")]
    private static partial byte* GetVersion();

    /// <summary>The first of the three lines that libtiff says about itself.</summary>
    private static string Version() => Marshal.PtrToStringUTF8((nint)GetVersion())?.Split('\n')[0].TrimEnd(',') ?? "unknown version";
}

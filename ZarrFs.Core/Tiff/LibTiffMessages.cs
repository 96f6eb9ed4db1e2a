using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// What libtiff says while it works, kept for the thread it works on: it calls its handlers before it returns. Its handlers are the
/// process's, so nothing is printed either.
/// </summary>
internal static unsafe class LibTiffMessages
{
    private const int LongestMessage = 1024;

    /// <summary>
    /// Warnings after which samples are missing or made up: the decoders of JPEG and CCITT go on with grey or white where libtiff's other
    /// ones stop with an error.
    /// </summary>
    private static readonly string[] Fatal =
        ["Premature end of JPEG", "Corrupt JPEG data", "Improper JPEG strip/tile size", "Inconsistent progression sequence", "Premature EOF"];

    /// <summary>A warning of the same form that means nothing: bytes between two markers were skipped.</summary>
    private const string Harmless = "extraneous bytes before marker";

    private static readonly delegate* unmanaged<byte*, nuint, byte*, nint, int> Format = FindFormat();

    [ThreadStatic]
    private static string? _error;

    /// <summary>Has libtiff tell this class rather than the terminal.</summary>
    public static void Listen()
    {
        LibTiff.SetErrorHandler(0);
        LibTiff.SetWarningHandler(0);
        LibTiff.SetErrorHandlerExt(&OnError);
        LibTiff.SetWarningHandlerExt(&OnWarning);
    }

    /// <summary>The first error since the last call on this thread, or null.</summary>
    public static string? Take()
    {
        string? error = _error;
        _error = null;
        return error;
    }

    [UnmanagedCallersOnly]
    private static void OnError(nint client, byte* module, byte* format, nint arguments) => _error ??= Text(module, format, arguments);

    [UnmanagedCallersOnly]
    private static void OnWarning(nint client, byte* module, byte* format, nint arguments)
    {
        if (_error is not null) return;
        string text = Text(module, format, arguments);
        foreach (string fatal in Fatal)
        {
            if (text.Contains(fatal, StringComparison.Ordinal) && !text.Contains(Harmless, StringComparison.Ordinal)) _error = text;
        }
    }

    /// <summary>A va_list is handed on as the one word it is passed as in every convention .NET runs on.</summary>
    private static string Text(byte* module, byte* format, nint arguments)
    {
        StringBuilder text = new();
        if (module is not null && *module != 0) text.Append(Marshal.PtrToStringUTF8((nint)module)).Append(": ");
        if (Format is null) return text.Append(Marshal.PtrToStringUTF8((nint)format)).ToString();
        byte* buffer = stackalloc byte[LongestMessage];
        buffer[0] = 0;
        Format(buffer, LongestMessage, format, arguments);
        buffer[LongestMessage - 1] = 0;
        return text.Append(Marshal.PtrToStringUTF8((nint)buffer)).Replace('\n', ' ').ToString();
    }

    private static delegate* unmanaged<byte*, nuint, byte*, nint, int> FindFormat()
    {
        nint found;
        if (OperatingSystem.IsWindows())
        {
            if (NativeLibrary.TryLoad("msvcrt.dll", out nint runtime) && NativeLibrary.TryGetExport(runtime, "_vsnprintf", out found))
                return (delegate* unmanaged<byte*, nuint, byte*, nint, int>)found;
        }
        else if (NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "vsnprintf", out found))
        {
            return (delegate* unmanaged<byte*, nuint, byte*, nint, int>)found;
        }

        return null;
    }
}

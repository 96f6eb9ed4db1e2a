using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>
/// Writes large blocks through the system's cache or past it, whichever has been faster lately. The cache is a copy of everything in memory
/// that the system has to find first: 0.2 s for a gigabyte where that is idle, 2 s on a virtual machine whose host has to find it too, and
/// the source's pages go for it. Past the cache the disk alone counts, and no processor; but a slow disk is then waited for at once.
/// </summary>
internal sealed class WriteRoute
{
    private const int LeastBytes = 1 << 20; // below that the call counts more than the way
    private const int Alignment = 4096;
    private const int TryOtherEvery = 16;
    private const double Weight = 0.25; // of the newest
    private const double Clearly = 0.8;

    private readonly Lock _sync = new();
    private readonly double[] _secondsPerByte = new double[2];
    private long _writes;
    private bool _pastCache;
    private bool _isImpossible;

    /// <summary>Blocks that went past the cache.</summary>
    public long PastCache { get; private set; }

    /// <summary>Writes bytes at the start of a file.</summary>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        if (!CanPass(bytes))
        {
            RandomAccess.Write(file, bytes, 0);
            return;
        }

        bool past = Choose() && TryPass(file);
        long start = Stopwatch.GetTimestamp();
        if (past && !TryWritePast(file, bytes)) past = false;
        if (!past) RandomAccess.Write(file, bytes, 0);
        Learn(past, Stopwatch.GetElapsedTime(start).TotalSeconds / bytes.Length);
    }

    /// <summary>The system takes only whole blocks past its cache, from addresses that begin one.</summary>
    private static unsafe bool CanPass(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LeastBytes || bytes.Length % Alignment != 0 || !OperatingSystem.IsLinux()) return false;
        fixed (byte* first = bytes) return (nint)first % Alignment == 0;
    }

    private bool TryPass(SafeFileHandle file)
    {
        if (Libc.TrySetDirect(file, true)) return true;
        lock (_sync) _isImpossible = true; // tmpfs of older kernels, some network file systems
        return false;
    }

    private bool Choose()
    {
        lock (_sync)
        {
            if (_isImpossible) return false;
            return _writes++ % TryOtherEvery == TryOtherEvery - 1 ? !_pastCache : _pastCache;
        }
    }

    /// <summary>False if the file system, which let the flag be set, does not do it; any other trouble shows again without it.</summary>
    private static bool TryWritePast(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(file, bytes, 0);
            return true;
        }
        catch (IOException)
        {
            Libc.TrySetDirect(file, false);
            return false;
        }
    }

    private void Learn(bool past, double secondsPerByte)
    {
        lock (_sync)
        {
            if (past) PastCache++;
            ref double known = ref _secondsPerByte[past ? 1 : 0];
            known = known == 0 ? secondsPerByte : known + (Weight * (secondsPerByte - known));
            double cached = _secondsPerByte[0], direct = _secondsPerByte[1];
            if (cached == 0 || direct == 0) return;
            if (direct < Clearly * cached) _pastCache = true;
            else if (cached < Clearly * direct) _pastCache = false;
        }
    }
}

using System.Runtime.CompilerServices;

namespace ZarrFs.Host.Mount;

/// <summary>The first exchange on a connection: which version is spoken, what both sides can do, how large a request may be.</summary>
internal static class FuseHandshake
{
    /// <summary>
    /// Requests the kernel may have waiting at once, read-ahead included. At the kernel's own 12, sixteen readers of one slow chunk
    /// queue up behind each other: 1.7 s where this takes 0.14 s.
    /// </summary>
    public const ushort MaxBackground = 1024;

    /// <summary>Pages of 4 KiB in one request: 1 MiB, the most a kernel allows unless told otherwise; more gains nothing.</summary>
    public const ushort MaxPages = 256;

    private const FuseCapabilities Wanted =
        FuseCapabilities.AsyncRead | FuseCapabilities.AsyncDirectIo | FuseCapabilities.MaxPages | FuseCapabilities.ParallelDirOps
        | FuseCapabilities.DoReadDirPlus | FuseCapabilities.ExportSupport | FuseCapabilities.InitExt | FuseCapabilities.DirectIoAllowMmap;

    /// <summary>Reads requests until the kernel and we agree, and answers them.</summary>
    /// <returns>False if the filesystem was unmounted before that.</returns>
    /// <exception cref="NotSupportedException">The kernel speaks a version that is too old.</exception>
    /// <param name="device">The connection.</param>
    /// <param name="buffer">Takes requests.</param>
    /// <param name="capacity">Bytes of <paramref name="buffer"/>.</param>
    /// <param name="readAheadKiB">How far the kernel may read ahead.</param>
    /// <param name="passthrough">Whether the kernel may be asked to read files of the disk cache by itself.</param>
    /// <param name="offered">What the kernel can do, whether it is made use of or not.</param>
    public static unsafe bool Run(FuseDevice device, byte* buffer, int capacity, int readAheadKiB, bool passthrough, out FuseCapabilities offered)
    {
        offered = FuseCapabilities.None;
        while (true)
        {
            int length = device.Read(buffer, capacity);
            if (length == 0) return false;
            var request = new FuseRequest(new ReadOnlySpan<byte>(buffer, length));
            if (request.Opcode != FuseOpcode.Init)
                throw new InvalidDataException($"the kernel's first FUSE request is {request.Opcode}, expected {FuseOpcode.Init}");

            ref readonly FuseInitIn offer = ref request.Body<FuseInitIn>();
            if (offer.Major > FuseProtocol.Major)
            {
                // A newer major version: the kernel starts again with the one it is told.
                device.Reply(request.Unique, new FuseInitOut { Major = FuseProtocol.Major, Minor = FuseProtocol.Minor });
                continue;
            }

            if (offer.Major < FuseProtocol.Major || offer.Minor < FuseProtocol.OldestMinor)
            {
                device.Reply(request.Unique, Errno.ENOSYS);
                throw new NotSupportedException(
                    $"the kernel speaks FUSE {offer.Major}.{offer.Minor}, "
                    + $"expected {FuseProtocol.Major}.{FuseProtocol.OldestMinor} (Linux 3.15) or newer");
            }

            offered = Offered(request);
            device.Reply(request.Unique, Negotiate(offer, offered, readAheadKiB, passthrough));
            return true;
        }
    }

    /// <summary>The answer to a kernel's offer.</summary>
    public static FuseInitOut Negotiate(in FuseInitIn offer, FuseCapabilities offered, int readAheadKiB, bool passthrough = false)
    {
        FuseCapabilities agreed = (passthrough ? Wanted | FuseCapabilities.Passthrough : Wanted) & offered;
        return new FuseInitOut
        {
            Major = FuseProtocol.Major,
            Minor = Math.Min(offer.Minor, FuseProtocol.Minor),
            MaxReadAhead = (uint)readAheadKiB * 1024,
            Flags = (uint)agreed,
            Flags2 = (uint)((ulong)agreed >> 32),
            MaxBackground = MaxBackground,
            CongestionThreshold = MaxBackground * 3 / 4,
            MaxWrite = 4096,
            TimeGran = 1,
            MaxPages = MaxPages,
            MaxStackDepth = agreed.HasFlag(FuseCapabilities.Passthrough) ? FuseProtocol.PassthroughStackDepth : 0,
        };
    }

    private static FuseCapabilities Offered(in FuseRequest request)
    {
        ulong low = request.Body<FuseInitIn>().Flags;
        bool extended = (low & (ulong)FuseCapabilities.InitExt) != 0 && request.BodyLength >= Unsafe.SizeOf<FuseInitInExt>();
        return (FuseCapabilities)(extended ? low | ((ulong)request.Body<FuseInitInExt>().Flags2 << 32) : low);
    }
}

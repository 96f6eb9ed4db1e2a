using System.Runtime.CompilerServices;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public class FuseHandshakeTests
{
    [Fact]
    public void Only_what_both_sides_can_do_is_agreed()
    {
        var offer = new FuseInitIn { Major = 7, Minor = 31 };
        FuseInitOut answer = FuseHandshake.Negotiate(offer, FuseCapabilities.AsyncRead | FuseCapabilities.MaxPages | (FuseCapabilities)(1 << 16), 1024);
        Assert.Equal((uint)(FuseCapabilities.AsyncRead | FuseCapabilities.MaxPages), answer.Flags);
        Assert.Equal(0u, answer.Flags2);
        Assert.Equal((7u, 31u), (answer.Major, answer.Minor));
    }

    [Fact]
    public void A_newer_kernel_is_told_our_version_and_gets_flags_of_both_halves()
    {
        var offer = new FuseInitIn { Major = 7, Minor = 99 };
        FuseInitOut answer = FuseHandshake.Negotiate(offer, (FuseCapabilities)ulong.MaxValue, 512);
        Assert.Equal(FuseProtocol.Minor, answer.Minor);
        Assert.Equal((uint)((ulong)FuseCapabilities.DirectIoAllowMmap >> 32), answer.Flags2);
        Assert.Equal(512u * 1024, answer.MaxReadAhead);
        Assert.Equal((1024, 256), (answer.MaxBackground, answer.MaxPages));
    }

    [Fact]
    public void Passthrough_takes_both_sides_and_says_how_deep()
    {
        var offer = new FuseInitIn { Major = 7, Minor = 45 };
        const uint Bit = (uint)((ulong)FuseCapabilities.Passthrough >> 32);
        foreach ((bool wanted, bool offered) in ((bool, bool)[])[(true, true), (true, false), (false, true)])
        {
            FuseCapabilities kernel = FuseCapabilities.InitExt | (offered ? FuseCapabilities.Passthrough : FuseCapabilities.None);
            FuseInitOut answer = FuseHandshake.Negotiate(offer, kernel, 1024, wanted);
            Assert.Equal(wanted && offered ? Bit : 0, answer.Flags2);
            Assert.Equal(wanted && offered ? 1u : 0, answer.MaxStackDepth);
        }
    }

    // Sizes of linux/fuse.h, 7.40.
    [Fact]
    public void Structures_have_the_kernels_sizes()
    {
        Assert.Equal(40, Unsafe.SizeOf<FuseInHeader>());
        Assert.Equal(16, Unsafe.SizeOf<FuseOutHeader>());
        Assert.Equal(64, Unsafe.SizeOf<FuseInitOut>());
        Assert.Equal(88, Unsafe.SizeOf<FuseAttr>());
        Assert.Equal(128, Unsafe.SizeOf<FuseEntryOut>());
        Assert.Equal(104, Unsafe.SizeOf<FuseAttrOut>());
        Assert.Equal(16, Unsafe.SizeOf<FuseOpenOut>());
        Assert.Equal(40, Unsafe.SizeOf<FuseReadIn>());
        Assert.Equal(24, Unsafe.SizeOf<FuseReleaseIn>());
        Assert.Equal(16, Unsafe.SizeOf<FuseBackingMap>());
        Assert.Equal(24, Unsafe.SizeOf<FuseNotifyInvalidateInode>());
        Assert.Equal(24, Unsafe.SizeOf<FuseDirent>());
        Assert.Equal(80, Unsafe.SizeOf<FuseStatFsOut>());
    }
}

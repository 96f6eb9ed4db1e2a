using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Codecs;

/// <summary>What libzstd works with: some MB that are costly to get for each chunk. For one thread at a time.</summary>
internal sealed class ZstdContext : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly bool _compresses;

    public ZstdContext(bool compresses)
        : base(ownsHandle: true)
    {
        _compresses = compresses;
        SetHandle(compresses ? LibZstd.CreateCompression() : LibZstd.CreateDecompression());
        if (IsInvalid) throw new CodecException(ZstdCodec.Id, "the library gets no memory; give the program more, or fewer threads");
    }

    protected override bool ReleaseHandle()
    {
        _ = _compresses ? LibZstd.FreeCompression(handle) : LibZstd.FreeDecompression(handle);
        return true;
    }
}

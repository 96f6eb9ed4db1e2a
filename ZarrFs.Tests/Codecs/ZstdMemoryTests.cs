using System.Runtime.InteropServices;
using ZarrFs.Core.Codecs;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Codecs;

public sealed class ZstdMemoryTests
{
    private static readonly int[] Levels = [-7, 0, .. Enumerable.Range(1, ZstdCodec.MostLevel)];
    private static readonly int[] Sizes = [1000, 1 << 15, 100_000, 1 << 18, 1 << 20, (1 << 20) + 1, 3 << 20];

    /// <summary>The library's own word for what a context holds after a call.</summary>
    [NumpyFact]
    public void A_thread_takes_no_more_than_is_said()
    {
        byte[] output = Numpy.Run(
            $"""
            import ctypes as c
            zstd = c.CDLL('libzstd.so.1')
            zstd.ZSTD_createCCtx.restype = c.c_void_p
            zstd.ZSTD_sizeof_CCtx.restype = c.c_size_t
            held = []
            for size in [{string.Join(',', Sizes)}]:
                raw = data[:size]
                encoded = c.create_string_buffer(size + 100000)
                for level in [{string.Join(',', Levels)}]:
                    context = c.c_void_p(zstd.ZSTD_createCCtx())
                    zstd.ZSTD_compressCCtx(context, encoded, c.c_size_t(len(encoded)), raw, c.c_size_t(size), level)
                    held.append(zstd.ZSTD_sizeof_CCtx(context))
                    zstd.ZSTD_freeCCtx(context)
            result = np.array(held, np.int64)
            """,
            new byte[Sizes[^1]]);
        ReadOnlySpan<long> held = MemoryMarshal.Cast<byte, long>(output);
        Assert.Equal(Sizes.Length * Levels.Length, held.Length);
        for (int i = 0; i < held.Length; i++)
        {
            (int size, int level) = (Sizes[i / Levels.Length], Levels[i % Levels.Length]);
            long said = new ZstdCodec(level).WorkingBytes(size);
            Assert.True(held[i] <= said, $"level {level}, {size} bytes: {said} said, {held[i]} held");
            Assert.True(said <= (4 * held[i]) + (4 << 20), $"level {level}, {size} bytes: {said} said, only {held[i]} held");
        }
    }
}

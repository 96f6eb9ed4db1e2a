using System.Collections.Concurrent;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Codecs;

/// <summary>Many threads in the codecs at once, and call after call.</summary>
public sealed class ThreadsTests
{
    public static TheoryData<string> Codecs { get; } = CodecSamples.Texts;

    [Fact]
    public void The_same_voxels_are_the_same_bytes_whoever_else_encodes()
    {
        Codec[] codecs = [.. CodecSamples.AllTexts.Select(text => CodecSamples.Of(text))];
        byte[][] raws = [.. Enumerable.Range(0, 3).Select(number => CodecSamples.Voxels(number, 100_000, DataType.UInt16))];
        byte[][] expected = [.. codecs.SelectMany(codec => raws.Select(raw => CodecSamples.Encode(codec, raw)))];
        var failures = new ConcurrentQueue<string>();
        Thread[] threads =
        [
            .. Enumerable.Range(0, 8).Select(seed => new Thread(() =>
            {
                try
                {
                    var random = new Random(seed);
                    for (int i = 0; i < 60; i++)
                    {
                        int choice = random.Next(expected.Length);
                        Codec codec = codecs[choice / raws.Length];
                        byte[] raw = raws[choice % raws.Length], decoded = new byte[raw.Length];
                        codec.Decode(expected[choice], decoded);
                        if (!raw.AsSpan().SequenceEqual(decoded)) failures.Enqueue($"{CodecSamples.V2(codec)}: other voxels");
                        if (!CodecSamples.Encode(codec, raw).AsSpan().SequenceEqual(expected[choice])) failures.Enqueue($"{CodecSamples.V2(codec)}: other bytes");
                    }
                }
                catch (Exception e)
                {
                    failures.Enqueue(e.ToString());
                }
            })),
        ];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Empty(failures);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_call_allocates_next_to_nothing(string text)
    {
        const int calls = 20, most = 1000;
        Codec codec = CodecSamples.Of(text);
        byte[] raw = CodecSamples.Voxels(1, 200_000, DataType.UInt16), encoded = new byte[codec.MostEncodedBytes(raw.Length)];
        int length = 0;
        for (int i = 0; i < 3; i++) RoundTrip();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++) RoundTrip();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (2 * calls), 0, most);

        void RoundTrip()
        {
            length = codec.Encode(raw, encoded);
            codec.Decode(encoded.AsSpan(0, length), raw);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Noise_fits_into_what_is_foreseen(string text)
    {
        Codec codec = CodecSamples.Of(text);
        foreach (int bytes in (int[])[1, 2, 15, 16, 100, 127, 128, 1000, 65_535, 1 << 20])
        {
            byte[] raw = CodecSamples.Voxels(0, bytes, DataType.UInt8), decoded = new byte[bytes];
            foreach (ref byte value in raw.AsSpan()) value |= 0x90; // what costs zlib's fixed code 9 bits
            codec.Decode(CodecSamples.Encode(codec, raw), decoded);
            Assert.Equal(raw, decoded);
        }
    }
}

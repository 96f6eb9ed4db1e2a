using System.Text.Json;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Codecs;

/// <summary>numcodecs, which Zarr's codecs come from, decodes what is encoded here and encodes what is decoded here.</summary>
public sealed class NumcodecsTests
{
    private const int Large = 70_000; // more than a block of blosc

    public static TheoryData<DataType> Types { get; } = [.. Enum.GetValues<DataType>()];

    [ClientTheory(Needs.Python)]
    [MemberData(nameof(Types))]
    public void Numcodecs_decodes_what_is_encoded_here(DataType type)
    {
        (Codec Codec, byte[] Raw)[] cases = Cases(type);
        byte[][] encoded = [.. cases.Select(one => CodecSamples.Encode(one.Codec, one.Raw))];
        byte[] decoded = Run(
            cases, encoded,
            """
            out = []
            for (config, encoded, raw) in cases:
                out.append(bytes(get_codec(config).decode(take(encoded))))
                assert len(out[-1]) == raw, (config, len(out[-1]), raw)
            """);
        Assert.Equal(cases.SelectMany(one => one.Raw), decoded);
    }

    [ClientTheory(Needs.Python)]
    [MemberData(nameof(Types))]
    public void What_numcodecs_encodes_is_decoded_here(DataType type)
    {
        (Codec Codec, byte[] Raw)[] cases = Cases(type);
        byte[] output = Run(
            cases, [.. cases.Select(one => one.Raw)],
            $$"""
            out = []
            for (config, encoded, raw) in cases:
                encoded = bytes(get_codec(config).encode(np.frombuffer(take(raw), '{{type.TypeString()}}')))
                out += [np.uint32(len(encoded)).tobytes(), encoded]
            """);
        int position = 0;
        foreach ((Codec codec, byte[] raw) in cases)
        {
            int length = BitConverter.ToInt32(output, position);
            byte[] decoded = new byte[raw.Length];
            codec.Decode(output.AsSpan(position + sizeof(int), length), decoded);
            Assert.True(raw.AsSpan().SequenceEqual(decoded), $"{CodecSamples.V2(codec)}, {raw.Length} bytes");
            position += sizeof(int) + length;
        }

        Assert.Equal(output.Length, position);
    }

    private static (Codec Codec, byte[] Raw)[] Cases(DataType type) =>
    [
        .. CodecSamples.All(type).SelectMany((codec, number) => ((int[])[1, 37, 9240, .. number % 5 == 0 ? [Large] : (int[])[]])
            .Select((voxels, size) => (codec, CodecSamples.Voxels(number + size, voxels, type)))),
    ];

    /// <summary>Runs Python over the cases; <c>take(n)</c> is the next n bytes of what is given.</summary>
    private static byte[] Run((Codec Codec, byte[] Raw)[] cases, byte[][] given, string script)
    {
        string list = JsonSerializer.Serialize(cases.Select((one, i) => $"{CodecSamples.V2(one.Codec)}, {given[i].Length}, {one.Raw.Length}"));
        return Numpy.Run(
            $$"""
            import json, io
            from numcodecs import get_codec
            cases = [json.loads('[' + case + ']') for case in json.loads(r'''{{list}}''')]
            take = io.BytesIO(data).read
            {{script}}
            assert not take(1)
            result = np.frombuffer(b''.join(out), np.uint8)
            """,
            [.. given.SelectMany(bytes => bytes)]);
    }
}

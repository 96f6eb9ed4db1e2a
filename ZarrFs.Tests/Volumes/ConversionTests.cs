using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Volumes;

public sealed class ConversionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UInt16_becomes_its_256th_part(bool vectors)
    {
        for (int count = 0; count < 300; count++)
        {
            byte[] source = new byte[2 * count];
            new Random(count).NextBytes(source);
            byte[] expected = new byte[count];
            for (int i = 0; i < count; i++) expected[i] = (byte)(BitConverter.ToUInt16(source, 2 * i) / 256);

            byte[] apart = new byte[count];
            Conversion.UInt16ToUInt8(source, apart, vectors);
            Assert.Equal(expected, apart);

            Conversion.UInt16ToUInt8(source, source.AsSpan(0, count), vectors);
            Assert.Equal(expected, source[..count]);
        }
    }

    [Fact]
    public void Lengths_that_do_not_match_are_refused() =>
        Assert.Throws<ArgumentException>(() => Conversion.UInt16ToUInt8(new byte[7], new byte[3]));

    [Fact]
    public void One_byte_anywhere_is_not_all_zero()
    {
        for (int length = 0; length < 300; length++)
        {
            // The span stops short of bytes that are not zero, which must not count.
            byte[] bytes = new byte[length + 1];
            bytes[^1] = 1;
            Assert.True(Zeros.IsAllZero(bytes.AsSpan(0, length)));
            for (int i = 0; i < length; i++)
            {
                bytes[i] = 0x80;
                Assert.False(Zeros.IsAllZero(bytes.AsSpan(0, length)));
                bytes[i] = 0;
            }
        }
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Two CRC-32C of the even and the odd 8-byte words of some bytes, and their length: finds every flipped bit, and any other change but one in
/// 2⁶⁴. Processors have an instruction for it, and with two at once it does not wait for itself.
/// </summary>
internal static class Checksum
{
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var sum = new Sum();
        int whole = bytes.Length & ~(Sum.Step - 1);
        sum.Add(bytes[..whole]);
        return sum.End(bytes[whole..]);
    }

    /// <summary>A checksum in the making, of bytes that come piece by piece.</summary>
    public struct Sum()
    {
        /// <summary>What the length of all pieces but the last is a multiple of.</summary>
        public const int Step = 16;

        private uint _even = uint.MaxValue;
        private uint _odd = uint.MaxValue;
        private ulong _length;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length % Step, 0, nameof(bytes));
            uint even = _even, odd = _odd;
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
            for (int i = 0; i + 1 < words.Length; i += 2)
            {
                even = BitOperations.Crc32C(even, words[i]);
                odd = BitOperations.Crc32C(odd, words[i + 1]);
            }

            (_even, _odd) = (even, odd);
            _length += (ulong)bytes.Length;
        }

        /// <summary>The checksum, with the last bytes.</summary>
        public ulong End(ReadOnlySpan<byte> last)
        {
            int whole = last.Length & ~(Step - 1);
            Add(last[..whole]);
            foreach (byte value in last[whole..]) _even = BitOperations.Crc32C(_even, value);
            _length += (ulong)(last.Length - whole);
            _odd = BitOperations.Crc32C(_odd, _length);
            return ((ulong)_odd << 32) | _even;
        }
    }

    /// <summary>A CRC-32C, of a few bytes whose number is a multiple of 4.</summary>
    public static uint Small(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        for (int i = 0; i < bytes.Length; i += 4) sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]));
        return sum;
    }
}

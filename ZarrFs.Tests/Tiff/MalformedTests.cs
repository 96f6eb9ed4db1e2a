using System.Buffers.Binary;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Tiff;

/// <summary>What is malformed or not supported is a clear error that names file, page and tag.</summary>
public sealed class MalformedTests
{
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };

    [Theory]
    [InlineData(259, 6, "Compression 6 (old JPEG) is not supported")]
    [InlineData(259, 65000, "Compression 65000 (unknown) is not supported")]
    [InlineData(258, 33, "BitsPerSample 33 is not supported for unsigned integers; 1 to 32 and 64 are")]
    [InlineData(339, 6, "SampleFormat 6 is not supported")]
    [InlineData(262, 6, "YCbCrSubSampling 2 × 2 of PhotometricInterpretation 6 (YCbCr) is not supported", 530)]
    public void WhatIsNotReadIsNamed(int tag, ulong value, string expected, int? named = null)
    {
        SourceException error = Open<UnsupportedException>(new TiffWriter().With(tag, value));
        Assert.Contains($"page 0, tag {named ?? tag}: {expected}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("bad.tif", error.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, 0, "page 0, tag 256 (ImageWidth): found 0")]
    [InlineData(256, 2_000_000_000, "do not fit in the file's")]
    [InlineData(257, 4_000_000_000, "page 0, tag 257 (ImageLength): found 4000000000")]
    [InlineData(277, 0, "page 0, tag 277 (SamplesPerPixel): found 0")]
    [InlineData(277, 3, "do not fit in the file's")]
    [InlineData(273, 0, "page 0, tag 273 (StripOffsets): segment 0 of 3")]
    [InlineData(273, 4_000_000_000, "bytes at byte 4000000000 are not in the file")]
    [InlineData(279, 7, "page 0, tag 279 (StripByteCounts): segment 0 of 3: found 7 bytes, expected 80")]
    public void WhatIsMalformedIsNamed(int tag, ulong value, string expected)
    {
        SourceException error = Open<TiffFormatException>(new TiffWriter { RowsPerStrip = 4 }.With(tag, value));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatFollowsFromTheShapeMayBeMissing()
    {
        byte[] samples = Samples.Make(10 * 10 * 2);
        using TemporaryDirectory directory = new();
        foreach (TiffWriter writer in (TiffWriter[])
            [new() { Without = [279] }, new() { RowsPerStrip = 3, Without = [279] }, new() { Without = [262] }, new TiffWriter { RowsPerStrip = 10 }.With(278, 0)])
        {
            string path = directory.File("old.tif", writer.Write(1, 10, 10, DataType.UInt16, samples));
            using ISource source = SourceOpener.Open(path, Failing);
            Assert.Equal(samples, Samples.ReadAll(source));
        }
    }

    [Fact]
    public void AbsurdCountsAllocateNothing()
    {
        byte[] file = new TiffWriter { RowsPerStrip = 4 }.Write(1, 10, 10, DataType.UInt16, Samples.Make(200));
        // Every count in the directory, one after the other, as large as it can be.
        int directoryAt = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4));
        int entries = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(directoryAt));
        using TemporaryDirectory directory = new();
        for (int i = 0; i < entries; i++)
        {
            byte[] bad = [.. file];
            BinaryPrimitives.WriteUInt32LittleEndian(bad.AsSpan(directoryAt + 2 + 12 * i + 4), uint.MaxValue);
            string path = directory.File("bad.tif", bad);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception? error = Record.Exception(() => OpenAndRead(path));
            Assert.True(error is null or SourceException, error?.ToString());
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
        }
    }

    [Fact]
    public void LoopsAreFound()
    {
        byte[] file = new TiffWriter().Write(2, 10, 10, DataType.UInt16, Samples.Make(400));
        int first = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4));
        int second = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(NextLink(file, first)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(NextLink(file, second)), (uint)first);
        using TemporaryDirectory directory = new();
        string path = directory.File("loop.tif", file);
        SourceException error = Assert.Throws<TiffFormatException>(() => SourceOpener.Open(path, Failing));
        Assert.Contains("page 2: its directory at byte", error.Message, StringComparison.Ordinal);
        Assert.Contains("loop", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void TruncationAtEveryByteIsAnErrorOrTheRightVoxels(bool bigTiff, bool directoryFirst)
    {
        byte[] samples = Samples.Make(2 * 9 * 7 * 2);
        byte[] file = new TiffWriter { BigTiff = bigTiff, DirectoryFirst = directoryFirst, RowsPerStrip = 4, Description = "a text longer than a field" }
            .Write(2, 9, 7, DataType.UInt16, samples);
        using TemporaryDirectory directory = new();
        int good = 0;
        for (int length = 0; length <= file.Length; length++)
        {
            string path = directory.File("cut.tif", file[..length]);
            try
            {
                using ISource source = SourceOpener.Open(path, Failing);
                Assert.Equal(samples, Samples.ReadAll(source));
                good++;
            }
            catch (SourceException error)
            {
                Assert.EndsWith("cut.tif", error.Path, StringComparison.Ordinal);
                Assert.NotEqual(file.Length, length);
            }
        }

        Assert.InRange(good, 1, 2);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("II*", "has 3 bytes")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n", "a Git LFS pointer, not a TIFF")]
    [InlineData("hello world, no TIFF", "starts with the bytes 68 65 6c 6c")]
    public void OtherFilesAreToldApart(string content, string expected)
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("other.tif", content);
        SourceException error = Assert.Throws<TiffFormatException>(() => SourceOpener.Open(path, Failing));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThousandsOfPagesAreFewReads()
    {
        byte[] samples = Samples.Make(3000 * 4);
        using TemporaryDirectory directory = new();
        string path = directory.File("many.tif", new TiffWriter { DirectoryFirst = true }.Write(3000, 2, 2, DataType.UInt8, samples));
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
        long length = RandomAccess.GetLength(handle);
        using ZarrFs.Core.Tiff.TiffReader reader = new(handle, path, length);
        Assert.Equal(3000, reader.Directories().Count());
        Assert.InRange(reader.Reads, 1, (int)(length / (32 << 10)) + 3);
        using ISource source = SourceOpener.Open(path, Failing);
        Assert.Equal(samples, Samples.ReadAll(source));
    }

    private static T Open<T>(TiffWriter writer)
        where T : SourceException
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("bad.tif", writer.Write(1, 10, 10, DataType.UInt16, Samples.Make(200)));
        return Assert.Throws<T>(() => SourceOpener.Open(path, Failing));
    }

    private static void OpenAndRead(string path)
    {
        using ISource source = SourceOpener.Open(path, Failing);
        _ = Samples.ReadAll(source);
    }

    /// <summary>Where a directory keeps the offset of the next one.</summary>
    private static int NextLink(byte[] file, int directory) => directory + 2 + 12 * BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(directory));
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Tiff;

/// <summary>The pages of a file as other readers give them: interleaved samples stay together, planar ones come one after the other.</summary>
internal sealed class PageImage : IDisposable
{
    private readonly BufferPool _pool = new(512 << 20);
    private readonly SafeFileHandle _handle;
    private readonly PageFile _file;

    public PageImage(string path, Photometric photometric)
    {
        _handle = File.OpenHandle(path);
        Segments = new SegmentCache(_pool);
        _file = new PageFile(_handle, path, this, Segments);
        try
        {
            using TiffReader reader = new(_handle, path, RandomAccess.GetLength(_handle));
            PageLayout? like = null;
            foreach (TiffDirectory directory in reader.Directories())
            {
                TiffPage page = PageParser.Parse(directory, like, photometric);
                like = page.Layout;
                Pages.Add(page);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public List<TiffPage> Pages { get; } = [];

    public SegmentCache Segments { get; }

    /// <summary>Buffers that somebody holds, those not counted that the cache keeps for nobody.</summary>
    public long BuffersHeld()
    {
        _pool.LetGo(long.MaxValue);
        return _pool.BuffersInUse;
    }

    /// <summary>One channel of a box.</summary>
    public byte[] Read(int page, int channel, long y, long x, int height, int width)
    {
        int size = Pages[page].Layout.DataType.Size();
        byte[] box = new byte[height * width * size];
        box.AsSpan().Fill(0xCD);
        Assert.True(PlaneReader.TryRead(_file, Pages[page], channel, y, x, height, width, box, width * size));
        return box;
    }

    /// <summary>All channels of a page, one after the other.</summary>
    public byte[] Bands(int page)
    {
        PageLayout layout = Pages[page].Layout;
        return [.. Enumerable.Range(0, layout.Channels).SelectMany(channel => Read(page, channel, 0, 0, (int)layout.Height, (int)layout.Width))];
    }

    /// <summary>All samples of a page as they are stored.</summary>
    public byte[] Read(int page)
    {
        PageLayout layout = Pages[page].Layout;
        int size = layout.DataType.Size(), plane = checked((int)(layout.Width * layout.Height));
        byte[] all = new byte[plane * size * layout.Channels];
        for (int channel = 0; channel < layout.Channels; channel++)
        {
            byte[] one = Read(page, channel, 0, 0, (int)layout.Height, (int)layout.Width);
            if (layout.IsPlanar || layout.Channels == 1)
            {
                one.CopyTo(all, channel * one.Length);
                continue;
            }

            for (int i = 0; i < plane; i++) Array.Copy(one, i * size, all, (i * layout.Channels + channel) * size, size);
        }

        return all;
    }

    /// <summary>The hash the manifest has: of 16-bit floating-point samples as they are stored, not as they are widened.</summary>
    public string Hash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int page = 0; page < Pages.Count; page++)
        {
            byte[] samples = Read(page);
            PageLayout layout = Pages[page].Layout;
            if (layout.SampleFormat == 3 && layout.Bits == 16)
                samples = [.. MemoryMarshal.Cast<byte, float>(samples).ToArray().SelectMany(static value => BitConverter.GetBytes((Half)value))];
            hash.AppendData(samples);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _handle.Dispose();
        _pool.Dispose();
    }
}

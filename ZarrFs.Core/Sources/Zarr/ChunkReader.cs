using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>
/// Reads boxes of chunks: those whose files hold the voxels as they are straight from the file, the others by way of the whole chunk, which
/// is decoded once as long as it is in memory.
/// </summary>
internal sealed class ChunkReader : IDisposable
{
    private readonly ZarrArray _array;
    private readonly ChunkLayout _layout;
    private readonly ChunkHandles _files;
    private readonly SegmentCache _decoded;
    private readonly bool _isFillZero;
    private readonly ConcurrentDictionary<long, string> _damaged = new();

    public ChunkReader(ZarrArray array, ChunkLayout layout, BufferPool pool, int openFiles, SourceRoot root)
    {
        _array = array;
        _layout = layout;
        _files = new ChunkHandles(array, layout, openFiles, root);
        _decoded = new SegmentCache(pool, layout.Unit.Depth > 1);
        _isFillZero = Zeros.IsAllZero(array.Fill);
    }

    /// <summary>Chunks decoded so far: what tests count.</summary>
    public long Decoded => _decoded.Decoded;

    /// <summary>Files open or known to be missing now.</summary>
    public int OpenFiles => _files.Count;

    /// <summary>Files opened, or found missing, so far: what tests count.</summary>
    public long Opened => _files.Opened;

    /// <summary>The path of a chunk's file.</summary>
    public string PathOf(long number) => _files.PathOf(number);

    /// <summary>Writes the box of a chunk into its place in a larger box.</summary>
    /// <returns>False if the chunk has no file and the fill value is 0.</returns>
    /// <exception cref="SourceException">The chunk is damaged; it stays so, and its file is not looked at again (but after very many).</exception>
    /// <exception cref="IOException">It cannot be read now.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public bool Read(long number, in ChunkBox box, Span<byte> destination)
    {
        if (_damaged.TryGetValue(number, out string? known)) throw new SourceException(PathOf(number), known);
        try
        {
            using ChunkHandles.Use file = _files.Open(number);
            if (file.Handle is not { } handle)
            {
                Fill(box, destination);
                return !_isFillZero;
            }

            if (_layout.IsDirect) ReadDirectly(number, handle, box, destination);
            else ReadDecoded(number, handle, box, destination);
            return true;
        }
        catch (SourceException failure)
        {
            if (_damaged.Count < ProblemList.Most) _damaged.TryAdd(number, failure.Detail);
            throw;
        }
    }

    /// <summary>What is wrong with the file of a chunk by its length alone, or null.</summary>
    /// <param name="length">Its bytes.</param>
    public string? Mismatch(long length)
    {
        if (length == 0) return "the file is empty, expected a chunk";
        if (_array.Codecs.IsNone)
            return length == _array.ChunkBytes ? null : $"has {length} bytes, expected {_array.ChunkBytes} as of every chunk, those at the edges too";
        long most = _array.Codecs.MostEncodedBytes(_array.ChunkBytes);
        return length <= most ? null : $"has {length} bytes, expected at most {most} of a chunk of {_array.ChunkBytes} bytes ({_array.Codecs})";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.Dispose();
        _decoded.Dispose();
    }

    private void ReadDirectly(long number, SafeFileHandle handle, in ChunkBox box, Span<byte> destination)
    {
        CheckLength(number, handle);
        int size = _array.DataType.Size();
        int bytes = box.Width * size;
        for (int z = 0; z < box.Depth; z++)
        {
            Span<byte> plane = destination[(z * box.PlaneStride)..];
            long first = box.Offset(_layout, z, 0);
            RowBand band = new(first, _layout.Stride(ArrayAxes.Y), 0, bytes, box.Height);
            if (!band.TryRead(handle, plane, box.RowStride)) throw new SourceException(PathOf(number), "ends before its last voxel: it was cut short while it was read");
            if (!_array.IsBigEndian) continue;
            for (int y = 0; y < box.Height; y++) ByteOrder.Reverse(plane.Slice(y * box.RowStride, bytes), size);
        }
    }

    private void ReadDecoded(long number, SafeFileHandle handle, in ChunkBox box, Span<byte> destination)
    {
        int length = (int)_array.ChunkBytes;
        using Lease lease = _decoded.Get(new SegmentKey(this, 0, number), length, raw => DecodeInto(number, handle, raw));
        int size = _array.DataType.Size();
        for (int z = 0; z < box.Depth; z++)
        {
            for (int y = 0; y < box.Height; y++)
            {
                ReadOnlySpan<byte> from = lease.Span[(int)box.Offset(_layout, z, y)..];
                Span<byte> to = destination.Slice(z * box.PlaneStride + y * box.RowStride, box.Width * size);
                if (_layout.HasRows) from[..to.Length].CopyTo(to);
                else Strides.Gather(from, (int)_layout.Stride(ArrayAxes.X), size, to);
            }
        }
    }

    /// <summary>Reads and decodes a whole chunk: its voxels in the order of the file, little-endian.</summary>
    private void DecodeInto(long number, SafeFileHandle handle, Span<byte> raw)
    {
        long length = CheckLength(number, handle);
        if (_array.Codecs.IsNone)
        {
            ReadWhole(number, handle, raw);
        }
        else
        {
            ChunkBuffer encoded = _decoded.Rent((int)length);
            try
            {
                ReadWhole(number, handle, encoded.Span[..(int)length]);
                _array.Codecs.Decode(encoded.Span[..(int)length], raw);
            }
            catch (CodecException failure)
            {
                throw new SourceException(PathOf(number), failure.Message, failure);
            }
            finally
            {
                encoded.Release();
            }
        }

        if (_array.IsBigEndian) ByteOrder.Reverse(raw, _array.DataType.Size());
    }

    private void ReadWhole(long number, SafeFileHandle handle, Span<byte> bytes)
    {
        if (!RowBand.TryFill(handle, bytes, 0)) throw new SourceException(PathOf(number), "was cut short while it was read");
    }

    private long CheckLength(long number, SafeFileHandle handle)
    {
        long length = RandomAccess.GetLength(handle);
        return Mismatch(length) is { } wrong ? throw new SourceException(PathOf(number), wrong) : length;
    }

    private void Fill(in ChunkBox box, Span<byte> destination)
    {
        int bytes = box.Width * _array.Fill.Length;
        for (int z = 0; z < box.Depth; z++)
        {
            for (int y = 0; y < box.Height; y++) Strides.Repeat(_array.Fill, destination.Slice(z * box.PlaneStride + y * box.RowStride, bytes));
        }
    }
}

using System.Buffers;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http.Pictures;

/// <summary>Makes pictures out of chunks, a few at a time, in turn for clients: who looks at pictures leaves the machine to who reads chunks.</summary>
/// <param name="chunks">Gives the chunks.</param>
/// <param name="pool">The memory they lie in.</param>
/// <param name="mostWaiting">Most pictures that may be waited for.</param>
internal sealed class PictureMaker(IChunkReader chunks, BufferPool pool, int mostWaiting)
{
    private const int MostAtOnce = 3;
    private const int MostChunksAtOnce = 8;

    // Sources seldom change twice while a picture is made.
    private const int MostTries = 4;

    private readonly MakingTurns _turns = new(MostAtOnce, MostAtOnce - 1, mostWaiting);

    /// <summary>What a picture would be made of now, as far as can be told without making it.</summary>
    public PictureState Guess(PicturePlan plan)
    {
        int revision = 0, number = 0;
        ulong previews = 0;
        foreach (ChunkAddress address in plan.Chunks)
        {
            revision = Math.Max(revision, chunks.RevisionOf(address));
            if (chunks.StatusOf(address) == ChunkStatus.Provisional) previews ^= PictureState.PartOf(number);
            number++;
        }

        return new PictureState(revision, previews);
    }

    /// <summary>Makes a picture.</summary>
    /// <param name="plan">Which.</param>
    /// <param name="client">Whose turn it takes.</param>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    /// <exception cref="SourceException">The source failed.</exception>
    /// <exception cref="OverloadException">The program is at its memory limit, or the source changes all the time.</exception>
    public async Task<Picture> MakeAsync(PicturePlan plan, ClientKey client, CancellationToken cancellationToken)
    {
        await _turns.EnterAsync(client, cancellationToken);
        byte[]? buffer = null;
        try
        {
            buffer = ArrayPool<byte>.Shared.Rent(plan.PixelBytes);
            Memory<byte> pixels = buffer.AsMemory(0, plan.PixelBytes);
            for (int tries = 1; ; tries++)
            {
                PictureState state = await PaintAsync(plan, pixels, cancellationToken);
                if (Revision(plan) == state.Revision) return new Picture(Png.Encode(pixels.Span, plan.Width, plan.Height, plan.IsColor), state);
                if (tries == MostTries) throw new OverloadException("the source changed while its picture was made");
            }
        }
        finally
        {
            if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
            _turns.Leave(client);
        }
    }

    /// <summary>Channel after channel, since their pixels are the same; of one channel several chunks at once, since theirs are not.</summary>
    private async Task<PictureState> PaintAsync(PicturePlan plan, Memory<byte> pixels, CancellationToken cancellationToken)
    {
        pixels.Span.Clear();
        int revision = Revision(plan), number = 0;
        ulong previews = 0;
        VoxelPainter painter = new(plan, pixels);
        ParallelOptions options = new()
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = (int)Math.Clamp(pool.Budget / 16 / Math.Max(1, plan.ChunkBytes), 1, MostChunksAtOnce),
        };
        foreach (int channel in plan.Channels)
        {
            foreach (Panel panel in plan.Panels)
            {
                (ChunkAddress Address, int Number)[] addresses = [.. panel.Chunks(plan.Volume.Number, plan.T, channel).Select(address => (address, number++))];
                await Parallel.ForEachAsync(addresses, options, async (one, cancellation) =>
                {
                    using Lease lease = await chunks.GetAsync(one.Address, cancellation);
                    if (lease.IsProvisional) Xor(ref previews, PictureState.PartOf(one.Number));
                    painter.Paint(panel, one.Address, lease.Span);
                });
            }
        }

        return new PictureState(revision, previews);
    }

    private int Revision(PicturePlan plan) => plan.Chunks.Max(address => chunks.RevisionOf(address));

    private static void Xor(ref ulong value, ulong part)
    {
        ulong before, seen = Volatile.Read(ref value);
        do
        {
            before = seen;
            seen = Interlocked.CompareExchange(ref value, before ^ part, before);
        }
        while (seen != before);
    }
}

namespace ZarrFs.Core.Codecs;

/// <summary>Contexts that nobody uses just now, at most one for each core; those used last are taken first.</summary>
internal sealed class ZstdContexts(bool compress)
{
    private readonly Lock _sync = new();
    private readonly Stack<ZstdContext> _idle = new(Environment.ProcessorCount);

    public ZstdContext Take()
    {
        lock (_sync)
        {
            if (_idle.TryPop(out ZstdContext? context)) return context;
        }

        return new ZstdContext(compress);
    }

    public void Keep(ZstdContext context)
    {
        lock (_sync)
        {
            if (_idle.Count < Environment.ProcessorCount)
            {
                _idle.Push(context);
                return;
            }
        }

        context.Dispose();
    }
}

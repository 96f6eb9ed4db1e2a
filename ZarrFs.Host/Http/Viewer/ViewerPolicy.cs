using Microsoft.Extensions.Primitives;

namespace ZarrFs.Host.Http.Viewer;

/// <summary>
/// What the viewer's page and its workers may do: run their own scripts and read from this server, and nothing else, whatever the state in a link says.
/// Who may show the page in a frame is not limited: a notebook does so, and there is nothing in it that a stolen click could change.
/// </summary>
internal static class ViewerPolicy
{
    // Icons of its editor are data: URLs, its screenshots blob: ones.
    private static readonly StringValues Page =
        "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'";

    // Reads chunks, and starts the other.
    private static readonly StringValues ChunkWorker = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";

    // Decodes: it makes a function of text of its own, and WebAssembly out of itself. It may not reach anything.
    private static readonly StringValues Decoder = "default-src 'none'; script-src 'self' 'unsafe-eval'";

    private static readonly StringValues Nothing = "default-src 'none'";

    /// <summary>That of a file, by its name.</summary>
    public static StringValues Of(string name) => name switch
    {
        "index.html" => Page,
        "chunk_worker.bundle.js" => ChunkWorker,
        "async_computation.bundle.js" => Decoder,
        _ => Nothing,
    };
}

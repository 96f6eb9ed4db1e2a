using System.IO.Pipelines;
using System.Text;
using System.Xml;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http;

/// <summary>XML on its way out: what is written is held here until it is sent, as a whole or piece by piece.</summary>
internal sealed class XmlBody : IDisposable
{
    public const string ContentType = "application/xml; charset=utf-8";

    private const int FlushAt = 32 * 1024;

    // A control character in a name comes out as a reference instead of an exception.
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), CheckCharacters = false };

    private readonly MemoryStream _bytes = new();

    public XmlBody() => Writer = XmlWriter.Create(_bytes, Settings);

    public XmlWriter Writer { get; }

    /// <summary>All that was written and not yet sent; good until the next use.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            Writer.Flush();
            return _bytes.GetBuffer().AsMemory(0, (int)_bytes.Length);
        }
    }

    /// <summary>Sends what was written, if it is worth it.</summary>
    /// <returns>False if nobody reads any more.</returns>
    public ValueTask<bool> SendIfLongAsync(PipeWriter body, PageTurn turn)
    {
        if (Bytes.Length < FlushAt) return ValueTask.FromResult(true);
        Write(body);
        return turn.SendAsync(body);
    }

    /// <summary>Writes what was written here, to be sent.</summary>
    public void Write(PipeWriter body)
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        bytes.CopyTo(body.GetSpan(bytes.Length));
        body.Advance(bytes.Length);
        _bytes.SetLength(0);
    }

    /// <inheritdoc/>
    public void Dispose() => Writer.Dispose();
}

using System.Net;
using System.Text;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>
/// Stands before a read-only server so that litmus, which begins by making a collection <c>/litmus/</c> and gives up if it cannot, gets to ask the rest:
/// making and removing that collection seems to work, and everything else is asked of a directory that is there.
/// </summary>
internal sealed class LitmusFront : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly string _directory;
    private readonly Task _loop;

    /// <param name="directory">The directory's address, with a slash at its end.</param>
    public LitmusFront(string directory)
    {
        _directory = directory;
        Address = $"http://127.0.0.1:{FreePort.Find()}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _loop = RunAsync();
    }

    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
        _client.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        const string Collection = "/litmus/";
        HttpListenerRequest asked = context.Request;
        using HttpListenerResponse answer = context.Response;
        string path = asked.RawUrl!;
        if (path == Collection && asked.HttpMethod is "MKCOL" or "DELETE")
        {
            answer.StatusCode = asked.HttpMethod == "MKCOL" ? 201 : 404;
            return;
        }

        using HttpRequestMessage request = new(
            new HttpMethod(asked.HttpMethod), _directory + (path.StartsWith(Collection, StringComparison.Ordinal) ? path[Collection.Length..] : "../" + path[1..]));
        using MemoryStream body = new();
        await asked.InputStream.CopyToAsync(body);
        if (body.Length > 0) request.Content = new ByteArrayContent(body.ToArray());
        foreach (string name in asked.Headers.AllKeys.OfType<string>().Where(name => name is "Depth" or "If" or "Destination" or "Overwrite"))
            request.Headers.TryAddWithoutValidation(name, asked.Headers[name]);
        using HttpResponseMessage response = await _client.SendAsync(request);
        byte[] content = await response.Content.ReadAsByteArrayAsync();
        answer.StatusCode = (int)response.StatusCode;
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Content-Length" or "Transfer-Encoding" or "Connection")) answer.Headers[name] = string.Join(", ", values);
        }

        // Links as this side has them.
        string there = new Uri(_directory).AbsolutePath;
        if (answer.StatusCode == 207) content = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace(there, Collection, StringComparison.Ordinal));
        answer.ContentLength64 = content.Length;
        if (asked.HttpMethod != "HEAD") await answer.OutputStream.WriteAsync(content);
    }
}

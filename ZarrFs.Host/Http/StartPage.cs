using Microsoft.AspNetCore.Http;
namespace ZarrFs.Host.Http;
internal static class StartPage
{
    public static Task WriteAsync(HttpContext context, ServedContent content, ReadOnlySpan<char> query) => Task.CompletedTask;
}

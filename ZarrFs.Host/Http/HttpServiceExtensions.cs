using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ZarrFs.Host.Http;

/// <summary>Adds the HTTP server to a host.</summary>
public static class HttpServiceExtensions
{
    /// <summary>Starts and stops an <see cref="HttpService"/> with the host; the service is there to be asked for its address.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="options">Where to listen and what to bound.</param>
    /// <param name="content">Gives what is shown.</param>
    public static IServiceCollection AddHttpService(
        this IServiceCollection services, HttpOptions options, Func<IServiceProvider, ServedContent> content)
    {
        services.AddSingleton(provider => new HttpService(options, content(provider), provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService(provider => provider.GetRequiredService<HttpService>());
        return services;
    }
}

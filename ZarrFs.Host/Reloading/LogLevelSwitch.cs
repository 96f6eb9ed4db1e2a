using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ZarrFs.Host.Reloading;

/// <summary>The least severe log line shown, which can change while the program runs.</summary>
internal sealed class LogLevelSwitch(LogLevel level) : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private ConfigurationReloadToken _changed = new();
    private volatile int _level = (int)level;

    /// <summary>The level of now.</summary>
    public LogLevel Level
    {
        get => (LogLevel)_level;
        set
        {
            if (_level == (int)value) return;
            _level = (int)value;
            Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
        }
    }

    /// <inheritdoc/>
    public string Name => Options.DefaultName;

    /// <inheritdoc/>
    public void Configure(LoggerFilterOptions options) => options.MinLevel = Level;

    /// <inheritdoc/>
    public IChangeToken GetChangeToken() => _changed;
}

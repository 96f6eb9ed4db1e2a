using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Reloading;

/// <summary>What stays as it was at the start for as long as the program runs, whatever the configuration says later.</summary>
internal static class LastingSettings
{
    private static readonly (string Option, Func<Settings, object?> Of)[] All =
    [
        ("mount.path", settings => settings.MountPath),
        ("mount.allowOther", settings => settings.AllowOther),
        ("http.listen", settings => settings.Listen),
        ("http.tlsCertificate, http.tlsKey and http.tlsSelfSigned", settings => settings.Tls),
        ("memory", settings => settings.AskedMemory),
        ("scratch and scratchSize", settings => settings.Scratch with { MaxBytes = settings.IsScratchSizeSaid ? settings.Scratch.MaxBytes : 0 }),
        ("cache", settings => settings.Cache is { IsLimitSaid: false } guessed ? guessed with { MaxBytes = 0 } : settings.Cache),
        ("buildPyramid", settings => settings.Pyramid),
        ("preview and exactBudget", settings => settings.Previews),
        ("threads", settings => settings.Threads),
        ("logFormat", settings => settings.LogFormat),
    ];

    /// <summary>The options that another configuration has other values for, as they are called in the file.</summary>
    public static IEnumerable<string> Changed(Settings now, Settings wanted) => All.Where(each => !Equals(each.Of(now), each.Of(wanted))).Select(each => each.Option);
}

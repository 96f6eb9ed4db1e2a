namespace ZarrFs.Host.Configuration;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary>For people: time, severity, message.</summary>
    Plain,

    /// <summary>For programs: a JSON object a line.</summary>
    Json,
}

using System.Buffers;
using System.Text.Json;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Sources;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http;

/// <summary>How far everything is, at <c>/status</c>: what is final of each level, what is built, how full the cache is. Small, to be asked again and again.</summary>
internal static class StatusDocument
{
    public static Task WriteAsync(in Visit visit, ServedContent content, ServiceFigures figures, PageTurns turns)
    {
        visit.Context.Response.ContentType = "application/json";
        visit.Context.Response.Headers.CacheControl = "no-store";
        return turns.WriteAsync(visit.Context, visit.Caller, () => Make(content, figures));
    }

    private static ReadOnlyMemory<byte> Make(ServedContent content, ServiceFigures figures)
    {
        ArrayBufferWriter<byte> body = new(1024);
        IReadOnlyList<VolumeFacts> volumes = content.Volumes();
        ServiceFacts service = figures.Now(content, volumes);
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("volumes");
            foreach (VolumeFacts volume in volumes)
            {
                json.WriteStartObject();
                json.WriteString("name", volume.Name);
                json.WriteStartArray("levels");
                foreach (LevelFacts level in volume.Levels)
                {
                    json.WriteStartObject();
                    json.WriteNumber("index", level.Index);
                    WriteFinal(json, level);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                WriteBuild(json, volume);
                WriteReading(json, volume, service);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteCache(json, content);
            WriteService(json, service, content.IsPart);
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    /// <summary><c>chunks</c>, <c>provisional</c>, and <c>final</c>: null where a level is not kept in the cache.</summary>
    public static void WriteFinal(Utf8JsonWriter json, LevelFacts level)
    {
        json.WriteNumber("chunks", level.Chunks);
        if (level.Final is { } final) json.WriteNumber("final", final);
        else json.WriteNull("final");
        json.WriteNumber("provisional", level.Provisional);
    }

    /// <summary><c>read</c>, what the source gives, and <c>found</c>, how many slices are bad or missing.</summary>
    public static void WriteReading(Utf8JsonWriter json, VolumeFacts volume, ServiceFacts service)
    {
        json.WriteStartObject("read");
        json.WriteNumber("bytes", volume.BytesRead);
        json.WriteNumber("rate", Math.Round(service.ReadRates[volume.Name]));
        json.WriteEndObject();
        json.WriteStartObject("found");
        json.WriteNumber("bad", volume.Problems.Count(problem => problem.Kind == SourceProblemKind.Bad));
        json.WriteNumber("missing", volume.Problems.Count(problem => problem.Kind == SourceProblemKind.Missing));
        json.WriteEndObject();
    }

    /// <summary><c>service</c>: what it is and, for who sees all of it, what it has done.</summary>
    public static void WriteService(Utf8JsonWriter json, ServiceFacts service, bool isPart)
    {
        json.WriteStartObject("service");
        json.WriteString("version", service.Version);
        json.WriteNumber("uptime", Math.Round(service.Uptime.TotalSeconds, 1));
        if (!isPart)
        {
            json.WriteNumber("requests", service.Requests);
            json.WriteNumber("connections", service.Connections);
            json.WriteStartObject("sent");
            json.WriteNumber("bytes", service.SentBytes);
            json.WriteNumber("rate", Math.Round(service.SentRate));
            json.WriteEndObject();
            json.WriteStartObject("memory");
            json.WriteNumber("inUse", service.MemoryUsed);
            json.WriteNumber("budget", service.MemoryBudget);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary><c>build</c>, or null where nothing is built in the background.</summary>
    public static void WriteBuild(Utf8JsonWriter json, VolumeFacts volume)
    {
        if (volume.Build is not { } build)
        {
            json.WriteNull("build");
            return;
        }

        json.WriteStartObject("build");
        json.WriteString("state", Word(build.State));
        json.WriteStartArray("levels");
        foreach (LevelFacts level in volume.Levels.Where(level => build.Levels.Contains(level.Index))) json.WriteNumberValue(level.Index);
        json.WriteEndArray();
        json.WriteNumber("done", build.DoneBytes);
        json.WriteNumber("total", build.TotalBytes);
        json.WriteNumber("rate", Math.Round(build.Rate));
        if (build.Left is { } left) json.WriteNumber("left", Math.Round(left.TotalSeconds, 1));
        else json.WriteNull("left");
        json.WriteString("reason", build.Reason);
        json.WriteString("text", BuildWords.Of(build, volume.Levels.Count, volume.Problems.Any(static problem => problem.Kind == SourceProblemKind.Bad)));
        json.WriteEndObject();
    }

    /// <summary><c>cache</c>, or null without a disk cache, and <c>provisional</c>: chunks that somebody has a preview of.</summary>
    public static void WriteCache(Utf8JsonWriter json, ServedContent content)
    {
        if (content.Cache?.Invoke() is { } cache)
        {
            json.WriteStartObject("cache");
            json.WriteString("directory", cache.Directory);
            json.WriteNumber("bytes", cache.Bytes);
            json.WriteNumber("limit", cache.MaxBytes);
            json.WriteNumber("hits", cache.Hits);
            json.WriteNumber("misses", cache.Misses);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("cache");
        }

        json.WriteNumber("provisional", content.Provisional?.Invoke() ?? 0);
    }

    private static string Word(BuildState state) => state switch
    {
        BuildState.Waiting => "waiting",
        BuildState.Building => "building",
        BuildState.Paused => "paused",
        BuildState.Done => "done",
        BuildState.Failed => "failed",
        _ => "skipped",
    };
}

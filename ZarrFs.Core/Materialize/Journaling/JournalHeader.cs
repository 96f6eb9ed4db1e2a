using System.Buffers;
using System.Text;
using System.Text.Json;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Materialize.Journaling;

/// <summary>The first line of a journal.</summary>
/// <param name="Identity">All that decides the bytes of the store.</param>
/// <param name="Extends">Whether levels are added to a store that was there before.</param>
/// <param name="Boot">What the system calls its run since it was started; empty if it does not say.</param>
internal sealed record JournalHeader(BuildIdentity Identity, bool Extends, string Boot)
{
    private const int Version = 1;
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>The system's run at this moment.</summary>
    public static string CurrentBoot()
    {
        try
        {
            return File.ReadAllText(BootIdFile).Trim();
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            return "";
        }
    }

    /// <summary>Reads a header; null if it is none of this version.</summary>
    public static JournalHeader? Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.GetProperty("zarrfs").GetInt32() != Version) return null;
            List<BuildOption> options =
                [.. root.GetProperty("options").EnumerateObject().Select(option => new BuildOption(option.Name, option.Value.GetString() ?? ""))];
            return new JournalHeader(
                new BuildIdentity(options, root.GetProperty("digest").GetString() ?? ""), root.GetProperty("extends").GetBoolean(),
                root.GetProperty("boot").GetString() ?? "");
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("zarrfs", Version);
            writer.WriteString("boot", Boot);
            writer.WriteBoolean("extends", Extends);
            writer.WriteString("digest", Identity.Digest);
            writer.WriteStartObject("options");
            foreach (BuildOption option in Identity.Options) writer.WriteString(option.Name, option.Value);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

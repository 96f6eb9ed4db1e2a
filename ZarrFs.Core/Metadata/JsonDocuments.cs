using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ZarrFs.Core.Metadata;

/// <summary>Writing JSON the way Zarr readers and people like it: indented, numbers of a scale always with a decimal point.</summary>
internal static class JsonDocuments
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, IndentSize = 2, NewLine = "\n" };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options)) write(writer);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A number that is a coordinate: khartes and others compare it with 1.0, 2.0, …, and readers of some languages tell 1 from 1.0.</summary>
    public static string Coordinate(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }

    /// <summary>Writes a coordinate.</summary>
    public static void WriteCoordinate(this Utf8JsonWriter writer, double value) => writer.WriteRawValue(Coordinate(value));

    public static void WriteNumbers(this Utf8JsonWriter writer, string name, IEnumerable<long> values)
    {
        writer.WriteStartArray(name);
        foreach (long value in values) writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    /// <summary>One coordinate transformation: <c>{"type": "scale", "scale": […]}</c>.</summary>
    public static void WriteTransformation(this Utf8JsonWriter writer, string type, IEnumerable<double> values)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteStartArray(type);
        foreach (double value in values) writer.WriteCoordinate(value);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

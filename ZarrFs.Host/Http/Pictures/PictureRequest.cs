using System.Globalization;

namespace ZarrFs.Host.Http.Pictures;

/// <summary>Reads what is asked for of a picture.</summary>
/// <param name="volume">The volume.</param>
internal sealed class PictureRequest(VolumeFacts volume)
{
    private const int MostPixelsAlong = 4096;
    private const int MostChannels = 16;

    private PictureAxis? _axis;
    private long? _index;
    private int? _level;
    private long? _time;
    private int[]? _channels;
    private int? _size;

    /// <summary>Reads a query; <paramref name="problem"/> says what is wrong with it, or is null.</summary>
    public static PicturePlan? Read(VolumeFacts volume, ReadOnlySpan<char> query, out string? problem)
    {
        PictureRequest request = new(volume);
        problem = null;
        HashSet<string> said = new(StringComparer.Ordinal);
        foreach (Range part in query.Split('&'))
        {
            if (query[part].IsEmpty) continue;
            string text = query[part].ToString();
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? text : text[..equals], value = equals < 0 ? "" : Uri.UnescapeDataString(text[(equals + 1)..]);
            problem = said.Add(name) ? request.Take(name, value) : $"'{name}' is there twice";
            if (problem is not null) return null;
        }

        return request.Plan(out problem);
    }

    private string? Take(string name, string value)
    {
        switch (name)
        {
            case "axis":
                _axis = value switch { "z" => PictureAxis.Z, "y" => PictureAxis.Y, "x" => PictureAxis.X, _ => null };
                return _axis is null ? $"axis is '{value}'; expected z, y or x" : null;
            case "index":
                _index = Number(value, long.MaxValue - 1);
                return _index is null ? $"index is '{value}'; expected the number of a slice, counted from 0 in voxels of the level" : null;
            case "level":
                _level = (int?)Number(value, volume.Levels.Count - 1);
                return _level is null ? $"level is '{value}'; expected 0 to {volume.Levels.Count - 1}, 0 being the finest" : null;
            case "time":
                _time = Number(value, volume.Shape.T - 1);
                return _time is null ? $"time is '{value}'; expected 0 to {volume.Shape.T - 1}" : null;
            case "size":
                _size = (int?)Number(value, MostPixelsAlong);
                return _size is null or 0 ? $"size is '{value}'; expected 1 to {MostPixelsAlong}, pixels of the longer side" : null;
            case "channel":
                return TakeChannels(value);
            default:
                return $"there is no '{name}'; expected axis, index, level, channel, time or size";
        }
    }

    /// <summary>A name, or numbers with commas between them.</summary>
    private string? TakeChannels(string value)
    {
        int named = volume.Channels.Select(static channel => channel.Label).ToList().IndexOf(value);
        long?[] numbers = named >= 0 ? [named] : [.. value.Split(',').Select(part => Number(part, volume.Channels.Count - 1))];
        if (numbers.Length > MostChannels) return $"channel has {numbers.Length} numbers; expected at most {MostChannels}";
        if (Array.TrueForAll(numbers, static number => number is not null))
        {
            _channels = [.. numbers.Select(static number => (int)number!.Value).Distinct().Order()];
            return null;
        }

        IEnumerable<string> names = volume.Channels.Take(16).Select(static channel => $"'{channel.Label}'");
        return $"channel is '{value}'; expected numbers from 0 to {volume.Channels.Count - 1} with commas between them, or a name: {string.Join(", ", names)}";
    }

    private PicturePlan? Plan(out string? problem)
    {
        int[] channels = _channels ?? PicturePlan.ActiveChannels(volume);
        long time = _time ?? volume.Leading.T;
        problem = null;
        if (_axis is not { } axis)
        {
            if (_index is not null || _level is not null || _size is not null) problem = "index, level and size are of one slice; say of which with axis=z, axis=y or axis=x";
            PicturePlan overview = PicturePlan.Overview(volume, channels, time);
            if (problem is null && !overview.IsWithinLimits)
                problem = $"'{volume.Name}' has no level that is coarse enough for a picture of the whole; serve it with more --levels, or ask for one slice with a small size";
            return problem is null ? overview : null;
        }

        LevelFacts level = _level is { } number ? volume.Levels[number] : PicturePlan.OverviewLevel(volume);
        long depth = Panel.Depth(axis, level.Shape);
        if (_index >= depth)
        {
            problem = $"index is {_index}; level {level.Index} has {depth} slices along {_axis.ToString()!.ToLowerInvariant()}, so expected 0 to {depth - 1}";
            return null;
        }

        PicturePlan plan = Slice(level);
        if (!plan.IsWithinLimits)
        {
            LevelFacts? fitting = volume.Levels.FirstOrDefault(coarser => coarser.Index > level.Index && Slice(coarser, middle: true).IsWithinLimits);
            (long columns, long rows) = Panel.VoxelsOf(axis, level.Shape);
            string next = fitting is null ? $"say size={LargestSize()} or less" : $"take level {fitting.Index} or a coarser one";
            problem = string.Create(
                CultureInfo.InvariantCulture,
                $"a slice of level {level.Index} has {columns}×{rows} voxels; at most {PicturePlan.MostPixels} pixels of {PicturePlan.MostBytes >> 20} MiB of chunks can be had at once: {next}");
            return null;
        }

        return plan;

        int LargestSize()
        {
            int size = MostPixelsAlong;
            while (size > 1 && !Slice(level, size: size).IsWithinLimits) size /= 2;
            return size;
        }

        PicturePlan Slice(LevelFacts of, bool middle = false, int? size = null)
        {
            long slices = Panel.Depth(axis, of.Shape);
            return PicturePlan.Slice(volume, channels, time, axis, of, middle || _index is null ? slices / 2 : _index.Value, size ?? _size);
        }
    }

    private static long? Number(string text, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= most ? number : null;
}

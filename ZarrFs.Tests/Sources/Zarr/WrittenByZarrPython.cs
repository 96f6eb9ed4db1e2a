using System.Text.Json;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Sources.Zarr;

/// <summary>The arrays of <c>write_zarrs.py</c>, written once for all tests, each with its voxels as numpy has them.</summary>
public sealed class WrittenByZarrPython : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly Lazy<IReadOnlyList<Written>> _arrays;

    public WrittenByZarrPython() => _arrays = new Lazy<IReadOnlyList<Written>>(Write);

    internal IReadOnlyList<Written> Arrays => _arrays.Value;

    internal Workspace Workspace => _workspace;

    public void Dispose() => _workspace.Dispose();

    private IReadOnlyList<Written> Write()
    {
        Tool run = Script.RunPython("write_zarrs", new { folder = _workspace.Folder("arrays") });
        return [.. JsonSerializer.Deserialize<JsonElement[]>(run.Output)!.Select(entry => new Written(_workspace.At("arrays"), entry))];
    }

    /// <summary>An array and what it holds.</summary>
    internal sealed class Written
    {
        public Written(string folder, JsonElement entry)
        {
            Name = entry.GetProperty("name").GetString()!;
            Path = System.IO.Path.Combine(folder, Name);
            long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            Shape = new VolumeShape(shape[0], shape[1], shape[2], shape[3], shape[4]);
            Assert.True(DataTypes.TryParse(entry.GetProperty("dtype").GetString()!, out DataType type));
            DataType = type;
            Voxels = File.ReadAllBytes(System.IO.Path.Combine(folder, entry.GetProperty("raw").GetString()!));
        }

        public string Name { get; }

        public string Path { get; }

        public VolumeShape Shape { get; }

        public DataType DataType { get; }

        /// <summary>In the order t, c, z, y, x, little-endian.</summary>
        public byte[] Voxels { get; }

        /// <summary>The voxels of a region.</summary>
        public byte[] Box(in Region region)
        {
            int size = DataType.Size(), row = region.Width * size;
            byte[] box = new byte[region.Count * size];
            for (int i = 0; i < region.Depth * region.Height; i++)
            {
                long z = region.Z + (i / region.Height), y = region.Y + (i % region.Height);
                long from = ((((((region.T * Shape.C) + region.C) * Shape.Z) + z) * Shape.Y) + y) * Shape.X + region.X;
                Voxels.AsSpan((int)(from * size), row).CopyTo(box.AsSpan(i * row));
            }

            return box;
        }

        /// <summary>Says how a source differs, or null: all of each channel, and random boxes.</summary>
        public string? Differences(ISource source, Random random)
        {
            if (source.Shape != Shape || source.DataType != DataType) return $"{Name}: {source.Shape} {source.DataType}, expected {Shape} {DataType}";
            for (long t = 0; t < Shape.T; t++)
            {
                for (long c = 0; c < Shape.C; c++)
                {
                    Region all = new(t, c, 0, 0, 0, (int)Shape.Z, (int)Shape.Y, (int)Shape.X);
                    if (!Same(source, all)) return $"{Name}: channel {c} at {t} is another";
                }
            }

            for (int i = 0; i < 12; i++)
            {
                Region box = RandomBox(random);
                if (!Same(source, box)) return $"{Name}: {box} is another";
            }

            return null;
        }

        private bool Same(ISource source, in Region region)
        {
            byte[] found = new byte[region.Count * DataType.Size()];
            found.AsSpan().Fill(0xA5); // every byte must be written
            bool any = source.Read(region, found);
            byte[] expected = Box(region);
            return found.AsSpan().SequenceEqual(expected) && (any || Zeros.IsAllZero(expected));
        }

        private Region RandomBox(Random random)
        {
            (int z, int depth) = Part(Shape.Z);
            (int y, int height) = Part(Shape.Y);
            (int x, int width) = Part(Shape.X);
            return new Region(random.NextInt64(Shape.T), random.NextInt64(Shape.C), z, y, x, depth, height, width);

            (int Start, int Length) Part(long size)
            {
                int start = random.Next((int)size);
                return (start, random.Next(1, (int)size - start + 1));
            }
        }
    }
}

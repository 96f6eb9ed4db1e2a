using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Pictures;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Http.Pictures;

/// <summary>Pictures show the voxels, and cost no more than they must.</summary>
public sealed class PictureTests
{
    private static readonly ChunkShape Chunk = new(8, 8, 8);
    private static readonly VolumeShape Odd = new(21, 19, 37);

    public static TheoryData<DataType> Types => [.. Enum.GetValues<DataType>()];

    [NumpyTheory]
    [MemberData(nameof(Types))]
    public async Task Slices_are_the_voxels_of_their_level(DataType type)
    {
        ArraySource source = ArraySource.Random(Odd, type);
        await using PictureServer server = await PictureServer.StartAsync(source, Chunk);
        (string Axis, int Level, long Index)[] wanted = [("z", 0, 20), ("y", 0, 0), ("x", 0, 36), ("z", 1, 7), ("y", 1, 9), ("x", 1, 5)];
        List<byte[]> files = [];
        foreach ((string axis, int level, long index) in wanted) files.Add(await server.GetAsync($"?axis={axis}&index={index}&level={level}"));
        PlainPyramid pyramid = new(Odd, type, source.Voxels, DownsampleMethod.Mean, 2);
        IReadOnlyList<Pillow.Image> seen = Pillow.Read(files);
        for (int i = 0; i < wanted.Length; i++)
        {
            (string axis, int level, long index) = wanted[i];
            VolumeShape shape = level == 0 ? Odd : Odd.Halved();
            (long width, long height) = axis switch { "z" => (shape.X, shape.Y), "y" => (shape.X, shape.Z), _ => (shape.Z, shape.Y) };
            byte[] expected = SlowPicture.Paint(
                pyramid.Level(level), shape, type, server.Channels, [0], 0,
                (column, row) => axis switch { "z" => (index, row, column), "y" => (row, index, column), _ => (column, row, index) }, (int)width, (int)height);
            Assert.Equal(("L", width, height), (seen[i].Mode, seen[i].Width, seen[i].Height));
            Assert.Equal(Grey(expected), seen[i].Pixels);
        }
    }

    [NumpyFact]
    public async Task Channels_add_up_in_their_colours()
    {
        VolumeShape shape = new(2, 3, 9, 17, 23);
        ArraySource source = ArraySource.Random(shape, DataType.UInt8);
        OmeroChannel[] channels =
        [
            new("a", 0xFF8000, true, new ContrastWindow(10, 200, 0, 255)),
            new("b", 0x00FFFF, true, new ContrastWindow(0, 255, 0, 255)),
            new("c", 0xFFFFFF, false, new ContrastWindow(50, 51, 0, 255)),
        ];
        await using PictureServer server = await PictureServer.StartAsync(source, Chunk, channels: channels);
        IReadOnlyList<Pillow.Image> seen = Pillow.Read(
            await server.GetAsync("?axis=z&index=4&level=0&time=1"), await server.GetAsync("?axis=z&index=4&level=0&channel=2"), await server.GetAsync("?axis=z&index=4&level=0&channel=b"));
        Assert.Equal(("RGB", Paint([0, 1], 1)), (seen[0].Mode, seen[0].Pixels), SameBytes);
        Assert.Equal(("L", Grey(Paint([2], 0))), (seen[1].Mode, seen[1].Pixels), SameBytes);
        Assert.Equal(("RGB", Paint([1], 0)), (seen[2].Mode, seen[2].Pixels), SameBytes);

        byte[] Paint(int[] shown, int t) => SlowPicture.Paint(source.Voxels, shape, DataType.UInt8, channels, shown, t, (x, y) => (4, y, x), 23, 17);
        static bool SameBytes((string Mode, byte[] Pixels) one, (string Mode, byte[] Pixels) other) => one.Mode == other.Mode && one.Pixels.AsSpan().SequenceEqual(other.Pixels);
    }

    [Fact]
    public void Labels_have_colours_that_tell_them_apart()
    {
        Assert.Equal(0, LabelColor.Of(0));
        foreach (ulong first in (ulong[])[1, 1000, 864_691_135_000_000_000, ulong.MaxValue - 40])
        {
            int[] colors = [.. Enumerable.Range(0, 32).Select(i => LabelColor.Of(first + (ulong)i))];
            Assert.Equal(32, colors.Distinct().Count());
            Assert.All(colors, static color => Assert.InRange(Math.Max(color >> 16, Math.Max(color >> 8 & 0xFF, color & 0xFF)), 200, 255));
            for (int i = 1; i < colors.Length; i++) Assert.True(Distance(colors[i - 1], colors[i]) > 100, $"{colors[i - 1]:X6} and {colors[i]:X6} are next to each other");
        }

        static int Distance(int one, int other) => Enumerable.Range(0, 3).Sum(i => Math.Abs((one >> (8 * i) & 0xFF) - (other >> (8 * i) & 0xFF)));
    }

    [NumpyFact]
    public async Task What_is_no_number_is_black_and_what_is_infinite_as_bright_as_can_be()
    {
        float[] voxels = [float.NaN, 0, 0.5f, 1, 2, -1, float.PositiveInfinity, float.NegativeInfinity];
        ArraySource source = new(new VolumeShape(1, 1, 8), DataType.Float32, MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray());
        await using PictureServer server = await PictureServer.StartAsync(source, Chunk, channels: [new OmeroChannel("v", 0xFFFFFF, true, new ContrastWindow(0, 1, 0, 1))]);
        Assert.Equal([0, 0, 128, 255, 255, 0, 255, 0], Pillow.Read(await server.GetAsync("?axis=z&index=0&level=0"))[0].Pixels);
    }

    [NumpyFact]
    public async Task The_whole_is_three_slices_in_their_proportions()
    {
        VolumeShape shape = new(5, 30, 40);
        ArraySource source = new(shape, DataType.UInt16, ArraySource.Random(shape, DataType.UInt16).Voxels) { VoxelSize = new VoxelSize(3, 1, 1, "micrometer") };
        await using PictureServer server = await PictureServer.StartAsync(source, Chunk, levels: 1);
        Pillow.Image seen = Pillow.Read(await server.GetAsync(""))[0];

        // 40 voxels are 360 pixels at 9 a voxel; z is three times as far apart.
        const int Width = 360, Height = 270, Depth = 135, Gap = 4;
        Assert.Equal((Width + Gap + Depth, Height + Gap + Depth), (seen.Width, seen.Height));
        AssertPanel(0, 0, Width, Height, (x, y) => (2, y / 9, x / 9));
        AssertPanel(Width + Gap, 0, Depth, Height, (x, y) => (x / 27, y / 9, 20));
        AssertPanel(0, Height + Gap, Width, Depth, (x, y) => (y / 27, 15, x / 9));
        Assert.All(Enumerable.Range(Height, Gap), row => Assert.All(Enumerable.Range(0, seen.Width), column => Assert.Equal(0, seen.Pixels[(row * seen.Width) + column])));

        void AssertPanel(int left, int top, int width, int height, Func<int, int, (long, long, long)> at)
        {
            byte[] expected = Grey(SlowPicture.Paint(source.Voxels, shape, DataType.UInt16, server.Channels, [0], 0, at, width, height));
            for (int row = 0; row < height; row++)
            {
                int start = ((top + row) * seen.Width) + left;
                Assert.True(seen.Pixels.AsSpan(start, width).SequenceEqual(expected.AsSpan(row * width, width)), $"row {row} of the panel at {left}, {top}");
            }
        }
    }

    [NumpyFact]
    public async Task A_size_takes_the_voxel_under_the_middle_of_each_pixel()
    {
        VolumeShape shape = new(1, 40, 100);
        ArraySource source = ArraySource.Random(shape, DataType.UInt8);
        await using PictureServer server = await PictureServer.StartAsync(source, Chunk, levels: 1);
        Pillow.Image seen = Pillow.Read(await server.GetAsync("?axis=z&index=0&level=0&size=30"))[0];
        Assert.Equal((30, 12), (seen.Width, seen.Height));
        byte[] expected = SlowPicture.Paint(
            source.Voxels, shape, DataType.UInt8, server.Channels, [0], 0, (x, y) => (0, (long)((y + 0.5) * 40 / 12), (long)((x + 0.5) * 100 / 30)), 30, 12);
        Assert.Equal(Grey(expected), seen.Pixels);
    }

    [Theory]
    [InlineData("?axis=w", "axis is 'w'; expected z, y or x")]
    [InlineData("?axis=z&index=21&level=0", "index is 21; level 0 has 21 slices along z, so expected 0 to 20")]
    [InlineData("?axis=z&index=-1", "index is '-1'")]
    [InlineData("?axis=z&index=1e3", "index is '1e3'")]
    [InlineData("?axis=z&index=99999999999999999999", "index is '99999999999999999999'")]
    [InlineData("?axis=z&level=9", "level is '9'; expected 0 to 3")]
    [InlineData("?axis=z&time=1", "time is '1'; expected 0 to 0")]
    [InlineData("?axis=z&channel=GFP", "channel is 'GFP'; expected numbers from 0 to 0 with commas between them, or a name: 'vol'")]
    [InlineData("?axis=z&channel=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", "channel has 17 numbers; expected at most 16")]
    [InlineData("?axis=z&size=0", "size is '0'; expected 1 to 4096")]
    [InlineData("?level=1", "say of which with axis=z")]
    [InlineData("?slice=3", "there is no 'slice'")]
    public async Task What_cannot_be_is_told(string query, string words)
    {
        await using PictureServer server = await PictureServer.StartAsync(ArraySource.Random(Odd, DataType.UInt8), Chunk);
        using HttpResponseMessage response = await server.AskAsync(query);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains(words, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_much_is_refused_with_the_level_or_the_size_that_will_do()
    {
        VolumeFacts scroll = Scroll();
        Assert.Null(PictureRequest.Read(scroll, "axis=z&level=0", out string? problem));
        Assert.Contains("8096×7888 voxels", problem, StringComparison.Ordinal);
        Assert.EndsWith("take level 2 or a coarser one", problem, StringComparison.Ordinal);
        Assert.NotNull(PictureRequest.Read(scroll, "axis=z&level=2", out _));
        Assert.Null(PictureRequest.Read(scroll, "axis=z&level=0&size=100", out problem)); // few pixels, all chunks
        Assert.NotNull(problem);
        Assert.Null(PictureRequest.Read(scroll, "axis=z&level=3&size=4096", out problem)); // no level makes them fewer
        Assert.EndsWith("say size=2048 or less", problem, StringComparison.Ordinal);
        Assert.NotNull(PictureRequest.Read(scroll, "axis=z&level=3&size=2048", out _));
        Assert.Null(PictureRequest.Read(scroll with { Levels = [scroll.Levels[0]] }, "", out problem));
        Assert.Contains("no level that is coarse enough", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_of_a_scroll_takes_few_chunks_of_a_coarse_level()
    {
        PicturePlan plan = PictureRequest.Read(Scroll(), "", out _)!;
        Assert.Equal(5, plan.Panels[0].Level.Index);
        Assert.InRange(plan.Panels[0].Width, 240, 384);
        Assert.InRange(plan.Chunks.Count(), 3, 24);
    }

    [Fact]
    public async Task An_exact_picture_is_made_once_and_known_again()
    {
        await using PictureServer server = await PictureServer.StartAsync(ArraySource.Random(Odd, DataType.UInt16), Chunk);
        byte[][] files = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => server.GetAsync("")));
        Assert.All(files, file => Assert.Equal(files[0], file));
        using HttpResponseMessage response = await server.AskAsync("");
        string tag = response.Headers.ETag!.ToString();
        Assert.DoesNotContain("-p\"", tag, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("X-ZarrFs-Provisional"));
        Assert.True(response.Headers.CacheControl!.NoCache);
        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        using HttpResponseMessage again = await server.AskAsync("", tag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using HttpResponseMessage other = await server.AskAsync("?axis=z", tag);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task A_picture_of_previews_says_so_until_it_is_exact()
    {
        await using PictureServer server = await PictureServer.StartAsync(
            ArraySource.Random(Odd, DataType.UInt16), Chunk, previews: new PreviewOptions(PreviewMode.Auto, ExactBudgetBytes: 0, Sharpens: false));
        const string Query = "?axis=z&index=1&level=2";
        using HttpResponseMessage preview = await server.AskAsync(Query);
        string tag = preview.Headers.ETag!.ToString();
        Assert.EndsWith("-p\"", tag, StringComparison.Ordinal);
        Assert.Equal(["1"], preview.Headers.GetValues("X-ZarrFs-Provisional"));
        using HttpResponseMessage same = await server.AskAsync(Query, tag);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        // Whoever has the exact one needs no preview of it.
        string exact = tag[..tag.LastIndexOf('-', tag.Length - 4)] + "\"";
        using HttpResponseMessage better = await server.AskAsync(Query, exact);
        Assert.Equal(HttpStatusCode.NotModified, better.StatusCode);
        Assert.Equal(exact, better.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task Nothing_is_made_for_who_has_gone()
    {
        ArraySource source = ArraySource.Random(Odd, DataType.UInt16);
        await using PictureServer server = await PictureServer.StartAsync(source, Chunk, channels: [new OmeroChannel("v", 0xFFFFFF, true, new ContrastWindow(0, 9, 0, 9))]);
        using Latch begun = new(), go = new();
        source.Before = _ =>
        {
            begun.Open();
            go.Wait();
        };
        using CancellationTokenSource patience = new();
        Task<byte[]> picture = server.Client.GetByteArrayAsync("/vol/preview.png?axis=z&index=3&level=0", patience.Token);
        Assert.True(begun.Wait(TimeSpan.FromSeconds(120)));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => picture);
        await TestServer.EventuallyAsync(() => server.Store.Waiting == 0, "somebody still waits for chunks");
        go.Open();
        await TestServer.EventuallyAsync(() => server.Store.InFlight == 0, "chunks are still being made");
        Assert.InRange(server.Store.Made.Exact, 0, 14); // those that were begun, of 15
    }

    [Fact]
    public async Task It_is_not_there_for_who_may_not_see_the_volume()
    {
        await using PictureServer server = await PictureServer.StartAsync(ArraySource.Random(Odd, DataType.UInt8), Chunk);
        using PictureDoor door = new(server.Content, new HttpOptions());
        Assert.NotNull(Ask(Caller.Anyone, "vol/preview.png"));
        Assert.Null(Ask(new Caller("somebody", new HashSet<string>(["other"], StringComparer.Ordinal)), "vol/preview.png"));
        Assert.Null(Ask(Caller.Anyone, "vol.zarr/preview.png"));
        Assert.Null(Ask(Caller.Anyone, "preview.png"));
        using HttpResponseMessage absent = await server.Client.GetAsync(new Uri("/volume/preview.png", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);

        Task? Ask(Caller caller, string path)
        {
            DefaultHttpContext context = new();
            context.Request.Method = "HEAD";
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/" + path;
            return door.TryAnswer(new Visit { Context = context, Access = default, Caller = caller, Content = server.Content.For(caller), Path = path, IsDirectory = false, Query = "" });
        }
    }

    private static byte[] Grey(byte[] rgb) => [.. rgb.Where((_, i) => i % 3 == 0)];

    private static VolumeFacts Scroll()
    {
        List<LevelFacts> levels = [];
        for (VolumeShape shape = new(14376, 7888, 8096); levels.Count < 8; shape = shape.Halved())
            levels.Add(new LevelFacts(levels.Count, shape, new ChunkShape(128, 128, 128), new ChunkGrid(shape, new ChunkShape(128, 128, 128)).Counts));
        return TestServer.Facts() with { Shape = levels[0].Shape, Levels = levels };
    }
}

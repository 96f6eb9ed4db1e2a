using System.Text.Json;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>The start page in a browser: wide and narrow, light and dark, with and without scripts. Looked at once, since starting a browser takes longer than looking.</summary>
public sealed class StartPageTests(StartPageTests.Browser browser) : IClassFixture<StartPageTests.Browser>
{
    private const int Volumes = 3;

    public static TheoryData<string> Views { get; } = ["wide-light", "wide-dark", "phone-light", "phone-dark", "no-script"];

    [BrowserTheory]
    [MemberData(nameof(Views))]
    public void It_asks_nobody_else_and_complains_of_nothing(string view)
    {
        StartPageSighting seen = browser.At(view);
        Assert.Empty(seen.Troubles);
        Assert.Equal(view != "no-script", seen.Asked.Contains("/status"));
    }

    [BrowserTheory]
    [MemberData(nameof(Views))]
    public void It_shows_a_picture_of_each_volume(string view)
    {
        StartPageSighting seen = browser.At(view);
        Assert.Equal(Volumes, seen.Pictures.Length);
        Assert.All(seen.Pictures, picture =>
        {
            Assert.True(picture is { Width: > 40, Height: > 40, Shown: > 200 }, $"{picture}");
            Assert.InRange(picture.Variance, 100, 255 * 255);
            Assert.Contains("slices through the middle", picture.Alt, StringComparison.Ordinal);
        });
    }

    [BrowserTheory]
    [MemberData(nameof(Views))]
    public void It_can_be_read_and_used_by_all(string view)
    {
        StartPageSighting seen = browser.At(view);
        Assert.Equal(("en", "ZarrFs", 1, 1), (seen.Language, seen.Title, seen.FirstHeadings, seen.Mains));
        Assert.Equal(1, seen.Headings[0]);
        Assert.All(seen.Headings.Zip(seen.Headings.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1, "a heading's level is left out"));
        Assert.Equal(0, seen.ImagesWithoutAlt);
        Assert.Empty(seen.Nameless);
        Assert.Empty(seen.DoubleIds);
        Assert.True(seen.LeastContrast >= 4.5, $"text has a contrast of {seen.LeastContrast}");
        Assert.Equal(Volumes, seen.Open.Length);
        Assert.All(seen.Open, link => Assert.True(link.Height >= 44, $"{link} is too small for a finger"));
        Assert.Equal(Volumes, seen.Open.Select(link => link.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.NotNull(seen.Tab);
        Assert.Matches("^solid [2-9]", seen.Tab.Outline);
        Assert.True(seen.Overflow <= 0, $"it is {seen.Overflow} pixels too wide");
    }

    [BrowserFact]
    public void Dark_is_dark_and_light_is_light()
    {
        Assert.All(["wide", "phone"], width =>
        {
            Assert.InRange(Brightness(browser.At($"{width}-dark")), 0, 64);
            Assert.InRange(Brightness(browser.At($"{width}-light")), 192, 255);
        });

        static double Brightness(StartPageSighting seen) => seen.Ground.Split('(', ')')[1].Split(',').Average(part => double.Parse(part, System.Globalization.CultureInfo.InvariantCulture));
    }

    [BrowserFact]
    public void Lines_are_copied_with_a_button_and_without_a_script_there_is_none()
    {
        Assert.Equal(browser.At("wide-light").Lines, browser.At("wide-light").CopyButtons);
        Assert.True(browser.At("no-script").Lines > 10 * Volumes);
        Assert.Equal(0, browser.At("no-script").CopyButtons);
        string[] told = browser.At("wide-light").Told!;
        Assert.True(told[0] == "Copied" || (told[0] == "Selected" && told[1].Contains("zarr", StringComparison.Ordinal)), string.Join(", ", told));
    }

    [BrowserFact]
    public void It_goes_on_after_a_reload_and_says_when_it_does_not() =>
        Assert.Equal("This page is not kept up to date any more: the server answered 401. Load it again to go on.", browser.At("wide-light").Ended);

    /// <summary>A program with three volumes, and what the browser saw of its page.</summary>
    public sealed class Browser : IDisposable
    {
        private readonly Workspace _workspace = new();
        private readonly Lazy<Dictionary<string, StartPageSighting>> _seen;
        private ZarrFsProcess? _process;

        public Browser() => _seen = new Lazy<Dictionary<string, StartPageSighting>>(Look);

        internal StartPageSighting At(string view) => _seen.Value[view];

        public void Dispose()
        {
            _process?.Dispose();
            _workspace.Dispose();
        }

        private Dictionary<string, StartPageSighting> Look()
        {
            RampVolume.Write(_workspace.Folder("ramp"));
            File.Delete(_workspace.At("ramp", "00007.tif")); // for the list of what is missing
            string configuration = JsonSerializer.Serialize(new
            {
                volumes = new[]
                {
                    new { source = _workspace.At("ramp"), name = "a ramp & <more>", voxelSize = "7.91" },
                    new { source = OddVolume.Write(_workspace.At("odd.tif"), DataType.Float32), name = "odd", voxelSize = "2,1,0.5um" },
                    new { source = Hyperstack.Write(_workspace.At("cells.tif")), name = "cells", voxelSize = "" },
                },
                http = new { listen = "127.0.0.1:0" },
                memory = "256MB",
                cache = new { path = _workspace.At("cache"), size = "100MB" },
            });
            _process = ZarrFsProcess.Start("run", "--config", _workspace.Write("zarrfs.json", configuration));
            string? shots = Environment.GetEnvironmentVariable("ZARRFS_TEST_SHOTS"); // a folder, for people who want to see
            string arguments = JsonSerializer.Serialize(new { profile = _workspace.Folder("profile"), server = _process.Address, shots });
            Tool script = Tool.Run("node", [Path.Combine(BrowserTheoryAttribute.Folder, "page.mjs"), arguments], seconds: 600).Expect();
            StartPageSighting[] sightings = JsonSerializer.Deserialize<StartPageSighting[]>(script.Output, JsonSerializerOptions.Web)!;
            return sightings.ToDictionary(seen => seen.Name, StringComparer.Ordinal);
        }
    }
}

using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

public sealed class StoreOpeningTests
{
    private static readonly VolumeShape Shape = new(9, 13, 10);

    private static StoreBuild Small(int seed = 1, DownsampleMethod method = DownsampleMethod.Mean, ChunkShape? chunk = null) =>
        new(ArraySource.Random(Shape, DataType.UInt16, seed), method: method, chunk: chunk);

    private static string Refusal(StoreTarget target) => Assert.Throws<StoreException>(() => StoreWriter.Open(target, new BuildCounters())).Message;

    [Fact]
    public void Two_writers_of_one_store_are_one_too_many()
    {
        using StoreBuild build = Small();
        using (StoreWriter first = StoreWriter.Open(build.Target(), new BuildCounters()))
        {
            Assert.Contains($"by process {Environment.ProcessId} ", Refusal(build.Target()), StringComparison.Ordinal);
            Assert.Contains($"by process {Environment.ProcessId} ", Refusal(build.Target() with { Overwrite = true }), StringComparison.Ordinal);
            build.Finish(first);
        }

        build.Run(build.Target() with { Overwrite = true });
    }

    [Fact]
    public void Of_two_that_overwrite_the_same_store_at_once_one_is_refused()
    {
        using StoreBuild build = Small();
        for (int round = 0; round < 50; round++)
        {
            StoreTarget target = build.Target($"{round}.zarr") with { Overwrite = true };
            Directory.CreateDirectory(Path.Combine(target.Path, "0"));
            File.WriteAllText(Path.Combine(target.Path, ".zgroup"), "{}");
            using var together = new Barrier(2);
            using var opened = new CountdownEvent(2);
            int writers = 0;
            void Overwrite()
            {
                StoreWriter? writer = null;
                together.SignalAndWait();
                try
                {
                    writer = StoreWriter.Open(target, new BuildCounters());
                    Interlocked.Increment(ref writers);
                }
                catch (StoreException)
                {
                    // The other has it, or had it a moment ago.
                }
                finally
                {
                    opened.Signal();
                }

                opened.Wait();
                writer?.Dispose();
            }

            var other = new Thread(Overwrite);
            other.Start();
            Overwrite();
            other.Join();
            Assert.InRange(writers, 0, 1);
            Assert.False(File.Exists(Path.Combine(target.Path, ".zgroup")) && writers == 1);
        }
    }

    [Fact]
    public void Other_options_are_refused_by_name()
    {
        using StoreBuild build = Small();
        build.RunUntil(build.Target(), 5);
        using StoreBuild other = Small(method: DownsampleMethod.Max, chunk: new ChunkShape(4, 4, 6));
        StoreTarget otherwise = other.Target() with { Path = build.Target().Path };
        string refusal = Refusal(otherwise);
        Assert.Contains("--downsample was mean, now it is max", refusal, StringComparison.Ordinal);
        Assert.Contains("--chunk-size was 4,4,4, now it is 4,4,6", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("metadata", refusal, StringComparison.Ordinal);
        Assert.Contains("--overwrite", refusal, StringComparison.Ordinal);

        // Refused is untouched; told to overwrite, it begins anew.
        using (StoreWriter writer = StoreWriter.Open(build.Target(), new BuildCounters())) Assert.True(writer.IsResumed);
        using (StoreWriter writer = StoreWriter.Open(otherwise with { Overwrite = true }, new BuildCounters()))
        {
            Assert.False(writer.IsResumed);
            other.Finish(writer);
        }

        other.Run(other.Target("whole.zarr"));
        StoreBuild.Same(StoreBuild.Files(other.Target("whole.zarr").Path), build.Target().Path);
        Assert.Single(Directory.EnumerateFileSystemEntries(build.Root));
    }

    [Fact]
    public void A_changed_source_and_other_metadata_are_refused()
    {
        using StoreBuild build = Small();
        build.RunUntil(build.Target(), 5);
        StoreTarget target = build.Target();
        Assert.Contains("contrast", Refusal(target with { Identity = target.Identity with { Digest = "other" } }), StringComparison.Ordinal);
        BuildOption[] options = [.. target.Identity.Options, new BuildOption("--photometric", "ignore")];
        Assert.Contains("--photometric was not given, now it is ignore", Refusal(target with { Identity = target.Identity with { Options = options } }), StringComparison.Ordinal);
        using var changed = new StoreBuild(new ArraySource(Shape, DataType.UInt16, build.Build.Source.Voxels) { Fingerprint = "ffff" });
        Assert.Contains("source was fingerprint", Refusal(changed.Target() with { Path = target.Path }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_is_there_is_replaced_only_when_told()
    {
        using StoreBuild build = Small(), other = Small(seed: 2);
        build.Run(build.Target());
        SortedDictionary<string, byte[]> before = StoreBuild.Files(build.Target().Path);
        StoreTarget target = other.Target() with { Path = build.Target().Path };
        Assert.Contains("add --overwrite", Refusal(target), StringComparison.Ordinal);
        StoreBuild.Same(before, target.Path);
        long deleted = 0;
        using (StoreWriter writer = StoreWriter.Open(target with { Overwrite = true }, new BuildCounters(), count => deleted = count)) other.Finish(writer);
        Assert.Equal(before.Count(file => !file.Key.EndsWith('/')) + 1, deleted); // and the lock
        other.Run(other.Target("whole.zarr"));
        StoreBuild.Same(StoreBuild.Files(other.Target("whole.zarr").Path), target.Path);
    }

    [Theory]
    [InlineData("notes.txt", "out.zarr/notes.txt")]
    [InlineData("photos/1.jpg", "out.zarr/photos")]
    [InlineData("0/0/thesis.doc", "out.zarr/0/0/thesis.doc")]
    [InlineData(".bashrc", "out.zarr/.bashrc")]
    public void Nothing_is_overwritten_that_is_no_store(string foreign, string named)
    {
        using StoreBuild build = Small();
        build.Run(build.Target());
        string path = Path.Combine(build.Target().Path, foreign);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "mine");
        SortedDictionary<string, byte[]> before = StoreBuild.Files(build.Root);
        Assert.Contains($"{Path.Combine(build.Root, named)} is no part of a Zarr store", Refusal(build.Target() with { Overwrite = true }), StringComparison.Ordinal);
        StoreBuild.Same(before, build.Root);
    }

    [Fact]
    public void Directories_files_and_links_are_refused_and_stay()
    {
        using StoreBuild build = Small();
        StoreTarget home = build.Target("home") with { Overwrite = true };
        Directory.CreateDirectory(home.Path);
        File.WriteAllText(Path.Combine(home.Path, "letter"), "mine");
        Assert.Contains("neither empty nor a Zarr store (letter is in it)", Refusal(home), StringComparison.Ordinal);

        StoreTarget file = build.Target("file") with { Overwrite = true };
        File.WriteAllText(file.Path, "mine");
        Assert.Contains("is a file", Refusal(file), StringComparison.Ordinal);

        build.Run(build.Target("store"));
        StoreTarget link = build.Target("link") with { Overwrite = true };
        Directory.CreateSymbolicLink(link.Path, build.Target("store").Path);
        Assert.Contains("is a link to", Refusal(link), StringComparison.Ordinal);

        string inside = Path.Combine(build.Target("store").Path, "0", "7");
        Directory.CreateSymbolicLink(inside, home.Path);
        Assert.Contains("0/7 is no part", Refusal(build.Target("store") with { Overwrite = true }), StringComparison.Ordinal);
        Assert.Equal(["letter"], Directory.GetFiles(home.Path).Select(Path.GetFileName));
    }

    /// <summary>Our own names may be links too, in a store that somebody unpacked: what they lead to stays.</summary>
    [Fact]
    public void Links_with_our_names_are_not_followed()
    {
        using StoreBuild build = Small();
        string home = Directory.CreateDirectory(Path.Combine(build.Root, "home")).FullName;
        string letter = Path.Combine(home, "letter");
        File.WriteAllText(letter, "mine");

        StoreTarget linked = build.Target("linked");
        Directory.CreateDirectory(linked.Path);
        Directory.CreateSymbolicLink(Path.Combine(linked.Path, ".zarrfs"), home);
        Assert.Contains(".zarrfs: is a link", Refusal(linked), StringComparison.Ordinal);
        Assert.Contains(".zarrfs: is a link", Refusal(linked with { Overwrite = true }), StringComparison.Ordinal);

        StoreTarget target = build.Target();
        foreach (string name in (string[])["tmp", "levels", "replaced"])
        {
            Directory.CreateDirectory(Path.Combine(target.Path, ".zarrfs"));
            Directory.CreateSymbolicLink(Path.Combine(target.Path, ".zarrfs", name), home);
        }

        string beside = Path.Combine(build.Root, new StorePaths(target.Path).DeletingPrefix + "x");
        Directory.CreateSymbolicLink(beside, home);
        build.Run(target);
        Assert.Equal("mine", File.ReadAllText(letter));
        Assert.True(Directory.Exists(beside));
        Assert.False(Directory.Exists(Path.Combine(target.Path, ".zarrfs")));
    }

    [Fact]
    public void An_empty_directory_and_one_that_a_kill_left_before_the_first_record_are_taken()
    {
        using StoreBuild build = Small();
        Directory.CreateDirectory(build.Target("empty").Path);
        build.Run(build.Target("empty"));
        Directory.CreateDirectory(Path.Combine(build.Target("early").Path, ".zarrfs", "tmp"));
        build.Run(build.Target("early"));
        StoreBuild.Same(StoreBuild.Files(build.Target("empty").Path), build.Target("early").Path);
    }

    /// <summary>A kill between the last two steps: the store is whole, only our directory is left.</summary>
    [Fact]
    public void What_the_last_step_left_is_cleaned_up()
    {
        using StoreBuild build = Small();
        build.Run(build.Target());
        SortedDictionary<string, byte[]> whole = StoreBuild.Files(build.Target().Path);
        Directory.CreateDirectory(Path.Combine(build.Target().Path, ".zarrfs"));
        File.WriteAllText(Path.Combine(build.Target().Path, ".zarrfs", "lock"), "1");
        Assert.Contains("is a Zarr store already", Refusal(build.Target()), StringComparison.Ordinal);
        StoreBuild.Same(whole, build.Target().Path);
    }

    [Fact]
    public void Deleting_that_was_killed_goes_on_at_the_next_start()
    {
        using StoreBuild build = Small();
        build.Run(build.Target());
        StoreRemoval.MoveAside(new StorePaths(build.Target().Path));
        string aside = Assert.Single(Directory.EnumerateDirectories(build.Root));
        Directory.Delete(Path.Combine(aside, "0"), recursive: true);
        File.Delete(Path.Combine(aside, ".zgroup"));
        Directory.CreateDirectory(Path.Combine(build.Root, ".zarrfs-deleting-of-another-store"));
        build.Run(build.Target());
        Assert.Equal([".zarrfs-deleting-of-another-store", "out.zarr"], Directory.EnumerateDirectories(build.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}

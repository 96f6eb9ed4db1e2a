using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Journaling;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Mount;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

public sealed class StoreFailureTests
{
    private const int Page = 4096;

    private static StoreBuild Small(int workers = 2) => new(ArraySource.Random(new VolumeShape(9, 13, 10), DataType.UInt16, zeros: true), workers: workers);

    [SmallDiskFact]
    public void A_full_disk_stops_it_with_an_error_and_room_lets_it_go_on()
    {
        using StoreBuild build = Small();
        build.Run(build.Target("whole.zarr"));
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(build.Target("whole.zarr").Path);
        int failures = 0;
        for (int pages = 1; ; pages++)
        {
            using var disk = new SmallDisk(pages * Page);
            StoreTarget target = build.Target() with { Path = Path.Combine(disk.Path, "out.zarr"), Durability = (Durability)(pages % 3) };
            try
            {
                build.Run(target);
                break;
            }
            catch (StoreException failure)
            {
                failures++;
                Assert.Contains("No space left on device", failure.Message, StringComparison.Ordinal);
                Assert.StartsWith(disk.Path, failure.Path, StringComparison.Ordinal);
            }

            Assert.DoesNotContain(StoreBuild.Files(disk.Path), file => IsHalfChunk(file.Key, file.Value, build.Multiscale.ChunkBytes));
            disk.Resize((pages + 7) * Page); // may fill up again
            try
            {
                build.Run(target);
            }
            catch (StoreException)
            {
                disk.Resize(64 << 20);
                build.Run(target);
            }

            StoreBuild.Same(expected, target.Path);
        }

        Assert.InRange(failures, expected.Count(file => !file.Key.EndsWith('/')) / 2, 10_000);
    }

    [SmallDiskFact]
    public void A_full_disk_is_told_with_what_is_free_and_what_is_needed()
    {
        using StoreBuild build = Small(workers: 1);
        using var disk = new SmallDisk(20 * Page);
        StoreException failure = Assert.Throws<StoreException>(() => build.Run(build.Target() with { Path = Path.Combine(disk.Path, "out.zarr") }));
        Assert.Matches(@"out\.zarr/.* cannot be written \(No space left on device\): \d+ bytes are free there, about \d+ (bytes|kB) more are needed; make room and run the same command again: it goes on where it stopped", failure.Message);
    }

    /// <summary>Where the last step cannot be one: a store that is a file system of its own cannot be renamed out of.</summary>
    [SmallDiskFact]
    public void A_store_may_be_a_mountpoint()
    {
        using StoreBuild build = Small();
        build.Run(build.Target("whole.zarr"));
        using var disk = new SmallDisk(16 << 20);
        build.Run(build.Target() with { Path = disk.Path });
        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), disk.Path);
        StoreTarget again = build.Target() with { Path = disk.Path, Overwrite = true };
        Assert.Contains("cannot be renamed in order to delete it", Assert.Throws<StoreException>(() => build.Run(again)).Message, StringComparison.Ordinal);
        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), disk.Path);
    }

    [Fact]
    public void A_store_whose_directory_goes_away_is_an_error_that_says_so()
    {
        using StoreBuild build = Small(workers: 1);
        StoreTarget target = build.Target();
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters());
        Directory.Move(target.Path, target.Path + ".moved");
        StoreException failure = Assert.Throws<StoreException>(() => build.Build.Run(writer));
        Assert.Contains($"{target.Path} is gone", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target.Path));
    }

    [Theory]
    [InlineData("file system")]
    [InlineData("file 0/.zarray")]
    [InlineData("directory 1")]
    public void A_disk_that_fails_when_it_is_forced_to_write_leaves_a_store_that_can_be_continued(string failing)
    {
        using StoreBuild build = Small();
        build.Run(build.Target("whole.zarr"));
        StoreTarget target = build.Target() with { Durability = Durability.End };
        bool isDocument = failing.StartsWith("file 0", StringComparison.Ordinal);
        RecordedSync? sync = null;
        using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked))
        {
            sync!.Calling = call =>
            {
                if (call == failing || (isDocument && call.StartsWith("file .zarrfs/tmp", StringComparison.Ordinal))) throw new IOException("Input/output error : 'x'", 5);
            };
            StoreException failure = Assert.Throws<StoreException>(() => build.Finish(writer));
            Assert.Contains("(Input/output error): the disk reports an error; see the system's log", failure.Message, StringComparison.Ordinal);
            Assert.Contains("run the same command again", failure.Message, StringComparison.Ordinal);
        }

        build.Run(target);
        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), target.Path);
    }

    [Fact]
    public void A_disk_that_fails_in_the_background_stops_the_build()
    {
        using StoreBuild build = Small(workers: 1);
        build.Run(build.Target("whole.zarr"));
        using var refused = new Latch();
        using (StoreWriter writer = StoreWriter.Open(
            build.Target(), new BuildCounters(), store => new RecordedSync(store) { Calling = Refuse }, TimeSpan.FromMilliseconds(1)))
        {
            build.Build.Source.Before = region =>
            {
                if (region.Z >= 4) refused.Wait();
            };
            Assert.Contains("the disk reports an error", Assert.Throws<StoreException>(() => build.Finish(writer)).Message, StringComparison.Ordinal);
        }

        build.Build.Source.Before = null;
        foreach (string chunk in Directory.EnumerateFiles(Path.Combine(build.Target().Path, "0"), "*", SearchOption.AllDirectories))
            File.WriteAllBytes(chunk, new byte[build.Multiscale.ChunkBytes]);
        build.Run(build.Target());
        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), build.Target().Path);

        void Refuse(string call)
        {
            if (call != "file system") return;
            refused.Open();
            throw new IOException("Input/output error", 5);
        }
    }

    /// <summary>The system forgets what the disk has refused, and tells it once: the next run believes only what was on the disk before.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_the_disk_may_have_lost_is_made_again(bool journalFailsToo)
    {
        using StoreBuild build = Small();
        build.Run(build.Target("whole.zarr"));
        StoreTarget target = build.Target() with { Durability = Durability.End };
        RecordedSync? sync = null;
        using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked))
        {
            sync!.Calling = call =>
            {
                if (call == "file system" || (journalFailsToo && call == "file .zarrfs/journal")) throw new IOException("Input/output error", 5);
            };
            Assert.Throws<StoreException>(() => build.Finish(writer));
        }

        string chunk = Directory.EnumerateFiles(Path.Combine(target.Path, "0"), "*", SearchOption.AllDirectories).First();
        File.WriteAllBytes(chunk, new byte[build.Multiscale.ChunkBytes]);
        build.Run(target);
        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), target.Path);
    }

    [Fact]
    public void A_problem_that_could_not_be_recorded_is_not_taken_for_known()
    {
        using StoreBuild build = Small();
        RecordedSync? sync = null;
        using StoreWriter writer = StoreWriter.Open(
            build.Target() with { Durability = Durability.Each }, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked);
        var problem = new SourceProblem(SourceProblemKind.Bad, 7, 1, "/data/00007.tif", "is empty");
        sync!.Calling = _ => throw new IOException("Input/output error", 5);
        Assert.Throws<StoreException>(() => writer.Note(problem));
        Assert.Empty(writer.Problems);
        sync.Calling = null;
        writer.Note(problem);
        Assert.Equal([problem], writer.Problems);
    }

    /// <summary>A file system that is mounted there is something that cannot be deleted.</summary>
    [SmallDiskFact]
    public void A_store_is_finished_also_when_something_beside_it_cannot_be_deleted()
    {
        using StoreBuild build = Small();
        StoreTarget target = build.Target() with { Durability = Durability.End };
        string beside = Path.Combine(build.Root, new StorePaths(target.Path).DeletingPrefix + "x");
        RecordedSync? sync = null;
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked);
        build.Build.Run(writer);
        try
        {
            sync!.Calling = call =>
            {
                if (Directory.Exists(beside)) return;
                Directory.CreateDirectory(beside);
                Assert.Equal(0, Posix.Errno(() => Posix.Mount("tmpfs", beside, "tmpfs", 0, "size=4096")));
            };
            writer.Finish();
            Assert.True(Directory.Exists(beside));
            Assert.False(Directory.Exists(Path.Combine(target.Path, ".zarrfs")));
        }
        finally
        {
            _ = Posix.Unmount(beside, 2);
        }
    }

    [Fact]
    public void With_each_every_chunk_and_its_name_are_on_the_disk_before_the_journal_says_so()
    {
        using StoreBuild build = Small(workers: 1);
        StoreTarget target = build.Target() with { Durability = Durability.Each };
        RecordedSync? sync = null;
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked);
        var synced = new HashSet<string>(StringComparer.Ordinal);
        string journal = Path.Combine(target.Path, ".zarrfs", "journal");
        int journals = 0;
        sync!.Calling = call =>
        {
            synced.Add(call);
            if (call != "file .zarrfs/journal") return;
            journals++;
            JournalRun run = JournalRun.Parse(JournalLines.Read(journal).Last().Text.AsSpan(Journal.DurableRun.Length))!.Value;
            if (!run.Empty.Contains(false)) return;
            Assert.Contains($"directory {run.Run.Level}/{run.Run.Z}/{run.Run.Y}", synced);
            Assert.Contains($"directory {run.Run.Level}/{run.Run.Z}", synced);
            Assert.Contains($"directory {run.Run.Level}", synced);
            Assert.Contains("directory .", synced);
        };
        build.Build.Run(writer);
        int chunks = StoreBuild.Files(target.Path).Count(file => file.Value.Length == build.Multiscale.ChunkBytes);
        Assert.Equal(chunks, sync.Calls.Count(call => call.StartsWith("file .zarrfs/tmp/", StringComparison.Ordinal)));
        Assert.Equal(JournalLines.Read(journal).Count(line => line.Text.StartsWith(Journal.DurableRun, StringComparison.Ordinal)), journals);
        Assert.DoesNotContain("file system", sync.Calls);
        Assert.Contains("directory ..", sync.Calls); // the store's own name
        sync.Calling = null;
        writer.Finish();
    }

    [Theory]
    [InlineData(Durability.None)]
    [InlineData(Durability.End)]
    [InlineData(Durability.Each)]
    public void The_metadata_come_when_everything_else_is_on_the_disk(Durability durability)
    {
        using StoreBuild build = Small();
        StoreTarget target = build.Target() with { Durability = durability };
        RecordedSync? sync = null;
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked);
        build.Build.Run(writer);
        int before = sync!.Calls.Count;
        string document = Path.Combine(target.Path, "0", ".zattrs");
        sync.Calling = call =>
        {
            if (call == "file system") Assert.False(File.Exists(document));
        };
        writer.Finish();
        string[] calls = [.. sync.Calls.Skip(before)];
        int levels = build.Multiscale.Levels.Count;
        Assert.Equal(durability == Durability.None ? 0 : 1, calls.Count(call => call == "file system"));
        Assert.Equal(durability == Durability.None ? 0 : (2 * levels) + 4, calls.Count(call => call.StartsWith("file .zarrfs/tmp/", StringComparison.Ordinal)));
        string[] directories = durability == Durability.None ? [] : [.. Enumerable.Range(0, levels).Select(level => $"directory {level}"), "directory ."];
        Assert.Equal(directories, calls.Where(call => call.StartsWith("directory", StringComparison.Ordinal)).Distinct());
    }

    private static bool IsHalfChunk(string name, byte[] content, int length) =>
        char.IsAsciiDigit(name[^1]) && !name.Contains(".zarrfs") && content.Length != length;
}

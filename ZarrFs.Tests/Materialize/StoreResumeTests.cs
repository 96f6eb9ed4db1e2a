using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Journaling;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

public sealed class StoreResumeTests
{
    private static StoreBuild Small(int workers = 2) => new(ArraySource.Random(new VolumeShape(9, 13, 10), DataType.UInt16, zeros: true), workers: workers);

    [Theory]
    [InlineData(StoreFormat.Ome04)]
    [InlineData(StoreFormat.Ome05)]
    [InlineData(StoreFormat.Array2)]
    [InlineData(StoreFormat.Array3)]
    public void Wherever_it_was_stopped_the_result_is_the_same(StoreFormat format)
    {
        using var build = new StoreBuild(ArraySource.Random(new VolumeShape(1, 2, 9, 13, 10), DataType.UInt16, zeros: true), format);
        build.Run(build.Target("whole.zarr"));
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(build.Target("whole.zarr").Path);
        for (int writes = 0; ; writes += format == StoreFormat.Ome04 ? 1 : 7)
        {
            StoreTarget target = build.Target($"{writes}.zarr");
            if (!build.RunUntil(target, writes)) break;
            Assert.False(File.Exists(Path.Combine(target.Path, ".zgroup")) || File.Exists(Path.Combine(target.Path, "zarr.json")));
            using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters()))
            {
                Assert.True(writer.IsResumed);
                Assert.InRange(writer.DoneChunks, 0, writer.Chunks - 1);
                build.Finish(writer);
            }

            StoreBuild.Same(expected, target.Path);
        }
    }

    [Fact]
    public void A_store_stopped_again_and_again_gets_done()
    {
        using StoreBuild build = Small();
        build.Run(build.Target("whole.zarr"));
        int runs = 1;
        while (build.RunUntil(build.Target(), 9)) runs++;
        Assert.InRange(runs, 3, 30);
        build.Run(build.Target());
        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), build.Target().Path);
    }

    [Fact]
    public void A_journal_torn_anywhere_is_continued()
    {
        using StoreBuild build = Small(workers: 1); // with more, runs may be recorded before those below them, which is another test
        StoreTarget target = build.Target();
        string journal = Path.Combine(target.Path, ".zarrfs", "journal");
        build.Run(build.Target("whole.zarr"));
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(build.Target("whole.zarr").Path);
        build.RunUntil(target, int.MaxValue);
        byte[] whole = File.ReadAllBytes(journal);
        (string Text, long End)[] lines = [.. JournalLines.Read(journal)];
        for (int length = 0; length <= whole.Length; length++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(journal)!);
            File.WriteAllBytes(journal, whole[..length]);
            if (length < lines[0].End)
            {
                StoreTarget anew = target with { Overwrite = true };
                Assert.Contains("is damaged", Assert.Throws<StoreException>(() => StoreWriter.Open(anew, new BuildCounters())).Message, StringComparison.Ordinal);
                continue;
            }

            if (length % 3 == 0) File.AppendAllText(journal, "\0\0\0\0 garbage that a power failure has left\n"); // behind a whole line or half of one
            using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters()))
            {
                Assert.Equal(lines.Where(line => line.End <= length && line.Text.StartsWith(Journal.Run, StringComparison.Ordinal)).Sum(line => Chunks(line.Text)), writer.DoneChunks);
                if (length % 25 != 0) continue;
                build.Finish(writer);
            }

            StoreBuild.Same(expected, target.Path);
        }
    }

    [Fact]
    public void A_record_with_a_flipped_bit_ends_what_is_believed()
    {
        using StoreBuild build = Small(workers: 1);
        StoreTarget target = build.Target();
        build.RunUntil(target, int.MaxValue);
        string journal = Path.Combine(target.Path, ".zarrfs", "journal");
        byte[] bytes = File.ReadAllBytes(journal);
        int header = bytes.AsSpan().IndexOf((byte)'\n') + 1;
        int synced = header + bytes.AsSpan(header).IndexOf((byte)'\n') + 1;
        bytes[synced + 12] ^= 1;
        File.WriteAllBytes(journal, bytes);
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters());
        Assert.Equal(0, writer.DoneChunks);
        build.Finish(writer);
    }

    /// <summary>After a power failure only that counts which was known to be on the disk.</summary>
    [Fact]
    public void A_system_started_anew_forgets_what_was_not_forced_to_the_disk()
    {
        using StoreBuild build = Small(workers: 1);
        StoreTarget target = build.Target();
        build.Run(build.Target("whole.zarr"));
        build.RunUntil(target, int.MaxValue);
        string journal = Path.Combine(target.Path, ".zarrfs", "journal");
        string[] records = [.. JournalLines.Read(journal).Select(line => line.Text)];
        JournalHeader header = JournalHeader.Parse(records[0])! with { Boot = "another" };
        string[] runs = [.. records.Where(record => record.StartsWith(Journal.Run, StringComparison.Ordinal))];
        for (int synced = 0; synced <= runs.Length; synced++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(journal)!);
            using (FileStream file = File.Create(journal))
            {
                file.Write(JournalLines.Format(header.ToString()));
                for (int i = 0; i < runs.Length; i++)
                {
                    if (i == synced && i > 0) file.Write(JournalLines.Format($"{Journal.Synced}{file.Position}"));
                    file.Write(JournalLines.Format(i > synced && i % 2 == 0 ? "durable-" + runs[i] : runs[i]));
                }
            }

            // What the cache lost: a file that has its length and nothing else.
            long durable = runs.Where((_, i) => i < synced && synced < runs.Length || (i > synced && i % 2 == 0)).Sum(Chunks);
            long done;
            using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters())) done = writer.DoneChunks;
            Assert.InRange(done, synced < runs.Length ? runs.Take(synced).Sum(Chunks) : 0, durable);
            using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters()))
            {
                Assert.Equal(done, writer.DoneChunks); // it is the same system now
                build.Finish(writer);
            }

            StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), target.Path);
        }
    }

    [Fact]
    public void The_journal_says_from_time_to_time_what_is_on_the_disk()
    {
        using StoreBuild build = Small();
        RecordedSync? sync = null;
        using StoreWriter writer = StoreWriter.Open(build.Target(), new BuildCounters(), store => sync = new RecordedSync(store), TimeSpan.FromMilliseconds(1));
        build.Build.Run(writer);
        string journal = Path.Combine(build.Target().Path, ".zarrfs", "journal");
        JournalContent content = JournalContent.TryRead(journal)!;
        Assert.True(SpinWait.SpinUntil(() => content.Records("another").Count(IsRun) == content.Records(content.Header.Boot).Count(IsRun), TimeSpan.FromMinutes(2)));
        Assert.Contains("file system", sync!.Calls);
        writer.Finish();

        static bool IsRun(string record) => record.StartsWith(Journal.Run, StringComparison.Ordinal);
    }

    [Fact]
    public void Chunks_that_somebody_has_deleted_or_cut_are_made_again_with_all_above_them()
    {
        using StoreBuild build = Small();
        StoreTarget target = build.Target();
        build.Run(build.Target("whole.zarr"));
        build.RunUntil(target, int.MaxValue);
        string[] chunks = [.. Directory.EnumerateFiles(Path.Combine(target.Path, "0"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        File.Delete(chunks[0]);
        File.WriteAllBytes(chunks[^1], new byte[17]);
        using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters()))
        {
            Assert.InRange(writer.Chunks - writer.DoneChunks, 3, 6); // two, those above them, and the one on top
            build.Finish(writer);
        }

        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), target.Path);
    }

    /// <summary>Writers overtake one another: what is above may be recorded before what is below.</summary>
    [Fact]
    public void A_run_recorded_before_those_below_it_is_made_again()
    {
        using StoreBuild build = Small(workers: 1);
        StoreTarget target = build.Target();
        build.Run(build.Target("whole.zarr"));
        build.RunUntil(target, int.MaxValue);
        string journal = Path.Combine(target.Path, ".zarrfs", "journal");
        byte[][] lines = [.. JournalLines.Read(journal).Select(line => JournalLines.Format(line.Text))];
        for (int lost = 2; lost < lines.Length; lost++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(journal)!);
            File.WriteAllBytes(journal, [.. lines.Where((_, i) => i != lost).SelectMany(line => line)]);
            build.Run(target);
            StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), target.Path);
        }
    }

    [Fact]
    public void A_kill_between_the_last_steps_is_finished_by_the_next_run()
    {
        using StoreBuild build = Small();
        build.Run(build.Target("whole.zarr"));
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(build.Target("whole.zarr").Path);
        bool finished = false;
        for (int calls = 0; !finished; calls++)
        {
            StoreTarget target = build.Target($"{calls}.zarr") with { Durability = Durability.End };
            RecordedSync? sync = null;
            using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked))
            {
                build.Build.Run(writer);
                int left = calls;
                sync!.Calling = _ =>
                {
                    if (left-- == 0) throw new InterruptedSink.Interruption();
                };
                try
                {
                    writer.Finish();
                    finished = true;
                }
                catch (InterruptedSink.Interruption)
                {
                }
            }

            // Forcing the names comes last of all: then there is nothing left to finish.
            if (Directory.Exists(Path.Combine(target.Path, ".zarrfs"))) build.Run(target);
            StoreBuild.Same(expected, target.Path);
        }
    }

    [Fact]
    public void A_chunk_that_is_damaged_when_it_is_needed_is_an_error_that_names_it()
    {
        using StoreBuild build = Small(workers: 1);
        StoreTarget target = build.Target();
        build.RunUntil(target, 12);
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters());
        Core.Chunks.ChunkAddress written = build.Build.Addresses(build.Multiscale.Levels[0]).First(address => writer.StateOf(address) == ChunkState.Written);
        byte[] raw = new byte[build.Multiscale.ChunkBytes];
        writer.Load(written, raw);
        Assert.Equal(build.Build.Expected(written), raw);
        string file = Path.Combine(target.Path, $"0/{written.Z}/{written.Y}/{written.X}");
        File.WriteAllBytes(file, new byte[5]);
        StoreException failure = Assert.Throws<StoreException>(() => writer.Load(written, raw));
        Assert.Equal(file, failure.Path);
        Assert.Contains("has 5 bytes, expected 128", failure.Message, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("is gone", Assert.Throws<StoreException>(() => writer.Load(written, raw)).Message, StringComparison.Ordinal);
    }

    private static long Chunks(string record) => JournalRun.Parse(record.AsSpan(Journal.Run.Length))!.Value.Run.Chunks;
}

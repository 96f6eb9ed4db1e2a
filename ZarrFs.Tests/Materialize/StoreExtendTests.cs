using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>Levels made into a store that is there, beside what it has.</summary>
public sealed class StoreExtendTests
{
    private static readonly VolumeShape Shape = new(19, 13, 21);

    /// <summary>New levels with another method than the store's own, so that it shows which are there.</summary>
    private static StoreTarget Extending(StoreBuild build, string store, int firstLevel)
    {
        StoreTarget target = build.Target(store);
        return target with
        {
            Extends = true,
            Levels = [.. target.Levels.Select((place, level) => level < firstLevel ? null : place)],
            Documents = problems => [.. target.Documents(problems).Where(document => !Enumerable.Range(0, firstLevel).Any(level => document.Path.StartsWith($"{level}/")))],
        };
    }

    private static StoreBuild Make(DownsampleMethod method, int? levels = null) =>
        new(ArraySource.Random(Shape, DataType.UInt16), method: method, levels: levels);

    [Fact]
    public void Levels_are_added_and_what_is_below_is_not_touched()
    {
        using StoreBuild two = Make(DownsampleMethod.Max, levels: 2), all = Make(DownsampleMethod.Max);
        two.Run(two.Target());
        all.Run(all.Target());
        DateTime before = File.GetLastWriteTimeUtc(Path.Combine(two.Target().Path, "1", "0", "0", "0"));
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(all.Target().Path);
        StoreTarget target = Extending(all, "out.zarr", 2) with { Path = two.Target().Path };
        all.Run(target);
        StoreBuild.Same(expected, target.Path);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(two.Target().Path, "1", "0", "0", "0")));
    }

    [Fact]
    public void Levels_that_are_there_are_replaced_only_when_told()
    {
        using StoreBuild old = Make(DownsampleMethod.Max), made = Make(DownsampleMethod.Mean);
        old.Run(old.Target());
        made.Run(made.Target());
        StoreTarget target = Extending(made, "out.zarr", 1) with { Path = old.Target().Path };
        Assert.Contains("--rebuild", Assert.Throws<StoreException>(() => made.Run(target)).Message, StringComparison.Ordinal);
        made.Run(target with { Overwrite = true });
        StoreBuild.Same(StoreBuild.Files(made.Target().Path), target.Path);
    }

    [Fact]
    public void Fewer_levels_than_before_leave_none_of_the_others()
    {
        using StoreBuild old = Make(DownsampleMethod.Max), made = Make(DownsampleMethod.Max, levels: 2);
        old.Run(old.Target());
        made.Run(made.Target());
        StoreTarget target = Extending(made, "out.zarr", 1) with { Path = old.Target().Path, Overwrite = true, Removes = ["2", "3"] };
        made.Run(target);
        StoreBuild.Same(StoreBuild.Files(made.Target().Path), target.Path);
    }

    /// <summary>Until all is made readers see the old levels, and a stop anywhere, also while they are replaced, is continued.</summary>
    [Fact]
    public void A_stop_anywhere_is_continued_and_the_old_levels_are_seen_until_then()
    {
        using StoreBuild old = Make(DownsampleMethod.Max), made = Make(DownsampleMethod.Mean);
        made.Run(made.Target());
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(made.Target().Path);
        bool finished = false;
        for (int calls = 0; !finished; calls++)
        {
            old.Run(old.Target($"{calls}.zarr"));
            SortedDictionary<string, byte[]> before = StoreBuild.Files(old.Target($"{calls}.zarr").Path);
            StoreTarget target = Extending(made, "out.zarr", 1) with { Path = old.Target($"{calls}.zarr").Path, Overwrite = true };
            made.RunUntil(target, calls);
            Assert.Equal(before.Keys, StoreBuild.Files(target.Path).Keys.Where(name => !name.StartsWith(".zarrfs")));
            RecordedSync? sync = null;
            using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => sync = new RecordedSync(store), RecordedSync.OnlyWhenAsked))
            {
                made.Build.Run(writer);
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

            if (Directory.Exists(Path.Combine(target.Path, ".zarrfs"))) made.Run(target);
            StoreBuild.Same(expected, target.Path);
        }
    }

    [Theory]
    [InlineData(true, "0")]
    [InlineData(false, "0")]
    [InlineData(false, "1")]
    [InlineData(true, "2")]
    public void A_stop_between_two_renames_is_continued(bool oldIsAway, string level)
    {
        using StoreBuild old = Make(DownsampleMethod.Max), made = Make(DownsampleMethod.Mean);
        made.Run(made.Target());
        old.Run(old.Target());
        StoreTarget target = Extending(made, "out.zarr", 0) with { Path = old.Target().Path, Overwrite = true };
        using (StoreWriter writer = StoreWriter.Open(target, new BuildCounters(), store => new RecordedSync(store), RecordedSync.OnlyWhenAsked))
        {
            made.Build.Run(writer);

            // A file in the way of the rename is what stops it here.
            string inTheWay = Path.Combine(target.Path, ".zarrfs", "replaced", level);
            if (oldIsAway)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(inTheWay)!);
                Directory.Move(Path.Combine(target.Path, level), inTheWay);
                File.WriteAllText(Path.Combine(target.Path, level), "");
            }
            else
            {
                Directory.CreateDirectory(Path.GetDirectoryName(inTheWay)!);
                File.WriteAllText(inTheWay, "");
            }

            Assert.Throws<StoreException>(writer.Finish);
            File.Delete(oldIsAway ? Path.Combine(target.Path, level) : inTheWay);
        }

        made.Run(target);
        StoreBuild.Same(StoreBuild.Files(made.Target().Path), target.Path);
    }

    [Fact]
    public void What_is_no_store_cannot_be_extended()
    {
        using StoreBuild made = Make(DownsampleMethod.Mean);
        Directory.CreateDirectory(made.Target().Path);
        Assert.Contains("is no Zarr store", Assert.Throws<StoreException>(() => made.Run(Extending(made, "out.zarr", 1))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(made.Target().Path));
    }

    [Fact]
    public void An_extension_that_was_begun_is_never_thrown_away()
    {
        using StoreBuild old = Make(DownsampleMethod.Max), made = Make(DownsampleMethod.Mean), other = Make(DownsampleMethod.Min);
        old.Run(old.Target());
        StoreTarget target = Extending(made, "out.zarr", 1) with { Path = old.Target().Path, Overwrite = true };
        made.RunUntil(target, 3);
        StoreTarget otherwise = Extending(other, "out.zarr", 1) with { Path = target.Path, Overwrite = true };
        Assert.Contains("--downsample was mean, now it is min", Assert.Throws<StoreException>(() => other.Run(otherwise)).Message, StringComparison.Ordinal);
        StoreTarget anew = other.Target() with { Path = target.Path, Overwrite = true };
        Assert.Contains("levels were being added", Assert.Throws<StoreException>(() => other.Run(anew)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(target.Path, "0", "0", "0", "0")));
    }
}

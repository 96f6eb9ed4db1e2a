using ZarrFs.Core.Sources;

namespace ZarrFs.Tests.Sources;

public sealed class ProblemListTests
{
    [Fact]
    public void The_last_problem_that_is_listed_says_that_there_are_more()
    {
        var list = new ProblemList(most: 3);
        list.Add(Bad(0));
        IReadOnlyList<SourceProblem> one = list.Snapshot();
        for (int z = 1; z < 9; z++) list.Add(Bad(z));
        Assert.Equal([Bad(0)], one);
        Assert.Equal([Bad(0), Bad(1), Bad(2) with { Message = "empty; what is found after this is not listed" }], list.Snapshot());

        static SourceProblem Bad(int z) => new(SourceProblemKind.Bad, z, 1, $"{z}.tif", "empty");
    }
}

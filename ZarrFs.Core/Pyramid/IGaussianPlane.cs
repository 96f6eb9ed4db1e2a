namespace ZarrFs.Core.Pyramid;

/// <summary>Where the rows of one plane of the next level come from and go to.</summary>
internal unsafe interface IGaussianPlane
{
    /// <summary>Writes the sums along z of one row of the level, from the first column of the <see cref="GaussianRoll"/> on.</summary>
    void Combine(long row, byte* sums);

    /// <summary>Takes a finished row of the next level, as sums to be rounded.</summary>
    void Put(long row, byte* sums);
}

"""Solutions of chapters/exercises/digits; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np
from sklearn.datasets import load_digits

# %% images_for_one_point
# Solve $1.96 \sqrt{a (1 - a) / n} = 0.01$ for $n$. The number stands under a root: a third of the
# margin costs nine times the images. That is why a difference of one point is so hard to show, and
# why the chapter compares the networks on the *same* images, where most of this luck cancels.
images_for_one_point = 1.96**2 * 0.9 * (1 - 0.9) / 0.01**2


# %% gain_margin
# First fault: the spreads of the two networks' seeds were put together as if they were independent.
# But seed 3 of one and seed 3 of the other share their luck. Take the difference first, then its
# spread. Second fault: the spread ran over all seeds × images, so the luck of the seeds was in it a
# second time. Images are what is drawn anew, so each image gives one number, its mean over seeds.
def gain_margin(ours, theirs, t):
    seeds, images = ours.shape
    gain = ours - theirs
    each_seed = gain.mean(axis=1).std(ddof=1)
    each_image = gain.mean(axis=0).std(ddof=1)
    return np.hypot(t * each_seed / seeds**0.5, 1.96 * each_image / images**0.5)


# %% same_hand
# One image in fourteen stands on the same sheet, but more than half of the nearest neighbours do.
# After shuffling, the nearest neighbour therefore often reads a digit with the help of the same
# hand, and so does a network. No label has leaked, and every image is there once, and still the
# test asks an easier question than the one that was meant.
images, labels = load_digits(return_X_y=True)
starts = [0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667]
sheet = np.searchsorted(starts, np.arange(len(images)), side="right")
squares = np.sum(images**2, axis=1)
distance = squares[:, np.newaxis] + squares - 2 * images @ images.T
np.fill_diagonal(distance, np.inf)
same_hand = np.mean(sheet[distance.argmin(axis=1)] == sheet)


# %% four_people
# The variance of the mean has two parts: the people's, $0.14^2/12$ divided by 4, and the images',
# the mean of $a (1 - a)$ divided by 512. The formula knows the second kind of luck alone, and calls
# all of it that of 512 images. More images from the same four people make the second part smaller
# and leave the first as it is. To halve the spread that people cause, find twelve more of them.
rng = np.random.default_rng(0)
skill = rng.uniform(0.84, 0.98, size=(20000, 4))
accuracy = rng.binomial(128, skill).sum(axis=1) / 512
four_people = accuracy.std() / np.sqrt(0.91 * 0.09 / 512)

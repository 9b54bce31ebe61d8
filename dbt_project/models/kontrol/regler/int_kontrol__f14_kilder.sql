{{ config(materialized='table') }}
{% set g = graenser() %}
-- A part and what it is a part of, in another table or another source: no larger (F14.tvaers), in
-- the same order (F8.tvaers), and each kommune's own (F10.tvaers). No history is needed.

with celler as (
    select * from {{ ref('int_kontrol__sammenhoerende') }}
    where relation in ('hoejst', 'udsnit')
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

-- What is hidden on the other side can be no more than what hides it; what is absent, anything.
uligheder as (
    select
        *,
        case when mod_status = 'M' then mod_vaerdi else coalesce(mod_vaerdi, mod_skjult_hoejst) end
            as mod_hoejst,
        er_sammenlignelig and vaerdi is not null and mod_status <> 'M' as har_styrke
    from celler
),

udsnit as (
    select
        *,
        sum(vaerdi) over maaned / sum(mod_vaerdi) over maaned as forhold,
        count(*) over maaned as kommuner,
        median(vaerdi) over maaned as midterste
    from celler
    where
        relation = 'udsnit'
        and er_sammenlignelig
        and not er_land
        and vaerdi is not null
        and mod_vaerdi is not null
    window maaned as (partition by scenarie, serie_id, periode_nr)
),

sete as (
    select
        scenarie,
        serie_id,
        doemt_serie_id,
        periode_nr,
        any_value(mod_tabel_id) as mod_tabel_id,
        count(mod_vaerdi) as kommuner,
        bool_and(coalesce(er_kendt, vaerdi is null or mod_vaerdi is null)) as er_set
    from celler
    where relation = 'udsnit' and not er_land
    group by all
),

-- Half and more of the kommuner are needed to know the country's proportion and order.
rangeret as (
    select
        udsnit.*,
        rank() over stigende - rank() over faldende as rang,
        rank() over mod_stigende - rank() over mod_faldende as mod_rang
    from udsnit
    inner join sete
        on
            udsnit.serie_id = sete.serie_id
            and udsnit.periode_nr = sete.periode_nr
    where udsnit.kommuner >= {{ graense(g, 'historik_daekning_mindst') }} * sete.kommuner
    window
        stigende as (
            partition by udsnit.serie_id, udsnit.periode_nr order by udsnit.vaerdi
        ),
        faldende as (
            partition by udsnit.serie_id, udsnit.periode_nr order by udsnit.vaerdi desc
        ),
        mod_stigende as (
            partition by udsnit.serie_id, udsnit.periode_nr order by udsnit.mod_vaerdi
        ),
        mod_faldende as (
            partition by udsnit.serie_id, udsnit.periode_nr order by udsnit.mod_vaerdi desc
        )
),

rho as (
    select
        sete.scenarie,
        sete.doemt_serie_id,
        sete.periode_nr,
        any_value(sete.mod_tabel_id) as mod_tabel_id,
        any_value(sete.er_set) as er_set,
        any_value(rangeret.midterste) as midterste,
        case
            when any_value(rangeret.midterste) >= {{ graense(g, 'f6_median_mindst') }}
                then
                    sum(rangeret.rang * rangeret.mod_rang) / nullif(
                        sqrt(
                            sum(rangeret.rang * rangeret.rang)
                            * sum(rangeret.mod_rang * rangeret.mod_rang)
                        ),
                        0
                    )
        end as rho
    from sete
    left join rangeret
        on
            sete.serie_id = rangeret.serie_id
            and sete.periode_nr = rangeret.periode_nr
    group by all
),

rho_graenser as (
    select
        *,
        case
            when midterste >= {{ graense(g, 'f8_stor') }}
                then {{ graense(g, 'f8_tvaers_stor') }}
            when midterste >= {{ graense(g, 'f8_mellem') }}
                then {{ graense(g, 'f8_tvaers_mellem') }}
            else {{ graense(g, 'f8_tvaers_lille') }}
        end as mindst
    from rho
),

-- On the scale where a count's own chance is the same everywhere, and never less than that chance.
afstande as (
    select
        *,
        2 * sqrt(vaerdi) as rod,
        2 * sqrt(forhold * mod_vaerdi) as mod_rod
    from rangeret
),

spredninger as (
    select
        serie_id,
        periode_nr,
        greatest(1.4826 * mad(rod - mod_rod), 1) as spredning
    from afstande
    group by serie_id, periode_nr
),

skalerede as (
    select
        afstande.*,
        afstande.rod / spredninger.spredning as z,
        afstande.mod_rod / spredninger.spredning as mod_z,
        abs(afstande.rod - afstande.mod_rod) / spredninger.spredning as egen
    from afstande
    inner join spredninger
        on
            afstande.serie_id = spredninger.serie_id
            and afstande.periode_nr = spredninger.periode_nr
),

-- How much better two kommuner fit when they exchange. One of them is far from its own.
bytninger as (
    select
        den.scenarie,
        den.serie_id,
        den.periode_nr,
        den.omraade_nr,
        anden.omraade_nr as anden_nr,
        anden.mod_vaerdi as anden_mod_vaerdi,
        den.egen + anden.egen - abs(den.z - anden.mod_z) - abs(anden.z - den.mod_z) as gevinst
    from skalerede as den
    inner join skalerede as anden
        on
            den.serie_id = anden.serie_id
            and den.periode_nr = anden.periode_nr
            and den.omraade_nr <> anden.omraade_nr
            and den.egen + anden.egen > {{ graense(g, 'f10_tvaers_gevinst') }}
),

bedste as (
    select
        scenarie,
        serie_id,
        periode_nr,
        omraade_nr,
        max(gevinst) as gevinst,
        arg_max(
            struct_pack(nr := anden_nr, mod_vaerdi := anden_mod_vaerdi), gevinst
        ) as anden
    from bytninger
    group by scenarie, serie_id, periode_nr, omraade_nr
),

tildelte as (
    select
        skalerede.*,
        coalesce(bedste.gevinst, 0) as gevinst,
        coalesce(
            bedste.gevinst > {{ graense(g, 'f10_tvaers_gevinst') }}
            and not coalesce(skalerede.er_kendt, false),
            false
        ) as er_fund,
        omraader.omraade_navn as anden_navn,
        bedste.anden.mod_vaerdi as anden_mod_vaerdi,
        coalesce(modpart.anden.nr = skalerede.omraade_nr, false) as er_byttet
    from skalerede
    left join bedste
        on
            skalerede.serie_id = bedste.serie_id
            and skalerede.periode_nr = bedste.periode_nr
            and skalerede.omraade_nr = bedste.omraade_nr
    left join bedste as modpart
        on
            bedste.serie_id = modpart.serie_id
            and bedste.periode_nr = modpart.periode_nr
            and bedste.anden.nr = modpart.omraade_nr
    left join omraader
        on bedste.anden.nr = omraader.omraade_nr
),

doemte as (
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        omraade_nr,
        'F14.tvaers' as regel_id,
        har_styrke,
        coalesce(
            har_styrke
            and vaerdi - mod_hoejst > {{ graense(g, 'f14_tvaers_margen') }}
            and not coalesce(er_kendt, false),
            false
        ) as er_fund,
        vaerdi,
        mod_hoejst as forventet,
        case when har_styrke then vaerdi - mod_hoejst end as score,
        cast({{ graense(g, 'f14_tvaers_margen') }} as double) as graense,
        concat(
            {{ dansk_tal('vaerdi') }}, ' er flere end de ', {{ dansk_tal('mod_hoejst') }},
            ', som ', mod_tabel_id, ' har i alt: et af tallene er en anden kommunes.'
        ) as besked
    from uligheder
    union all
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        null as omraade_nr,
        'F8.tvaers' as regel_id,
        rho is not null as har_styrke,
        coalesce(rho < mindst and not er_set, false) as er_fund,
        rho as vaerdi,
        mindst as forventet,
        1 - rho as score,
        1 - mindst as graense,
        concat(
            'Kommunernes rækkefølge ligner ikke den i ', mod_tabel_id, ': rangkorrelationen er ',
            {{ dansk_tal('rho', 3) }}, ', mindst ventet ', {{ dansk_tal('mindst', 3) }}, '.'
        ) as besked
    from rho_graenser
    union all
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        omraade_nr,
        'F10.tvaers' as regel_id,
        true as har_styrke,
        er_fund,
        vaerdi,
        forhold * mod_vaerdi as forventet,
        gevinst as score,
        cast({{ graense(g, 'f10_tvaers_gevinst') }} as double) as graense,
        concat(
            {{ dansk_tal('vaerdi') }}, ' passer til ', anden_navn, ' (', mod_tabel_id, ': ',
            {{ dansk_tal('anden_mod_vaerdi') }}, ' personer), ikke til kommunens egne ',
            {{ dansk_tal('mod_vaerdi') }}, '; på landsplan er de ',
            {{ dansk_tal('100 * forhold') }}, ' pct. af personerne.',
            case when er_byttet then ' De to ser byttet om ud.' else '' end
        ) as besked
    from tildelte
),

i_tabel as (
    select
        doemte.*,
        serier.kilde,
        serier.tabel_id,
        doemte.doemt_serie_id as serie_id
    from doemte
    inner join serier
        on doemte.doemt_serie_id = serier.serie_id
),

final as (
    {{ fund_og_maalt('i_tabel', testet='har_styrke') }}
)

select * from final
